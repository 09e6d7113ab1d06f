// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Optimal transport between the tokens of two samples, by Sinkhorn's iteration in the log domain.

#include <mixcon/core/number/portable_exp.hpp>
#include <mixcon/core/number/portable_math.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <cstddef>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// When the Sinkhorn iteration of a batch stops.
struct sinkhorn_rule {
  double regularisation = 0.1;   ///< > 0, the weight of the plan's entropy, in units of the cost
  index_t max_iterations = 100;  ///< >= 1
  double threshold = 0.1;        ///< >= 0: stops when the row potentials moved less, summed over tokens, samples' mean
};

/// Optimal transport between the tokens of pairs of samples, with the same mass on every token.
struct sinkhorn_plan {
  std::vector<double> assignment{};  ///< (N, p, p): p times the transport plan; columns sum to 1, rows about
  index_t iterations = 0;            ///< how many it took, for all samples together
};

namespace detail {

/// Log-domain Sinkhorn on one cost matrix (p, p).
class sinkhorn_potentials {
 public:
  sinkhorn_potentials(const double* cost, index_t tokens, double regularisation)
      : cost_(cost),
        tokens_(tokens),
        regularisation_(regularisation),
        log_mass_(portable::log(1 / static_cast<double>(tokens) + 1e-8)),
        row_(static_cast<std::size_t>(tokens)),
        column_(row_),
        top_(row_),
        sum_(row_),
        line_(row_) {}

  /// Updates rows, then columns. Returns how far the row potentials moved, summed.
  double step() {
    double moved = 0;
    for (index_t i = 0; i < tokens_; ++i) {
      const double before = at(row_, i);
      at(row_, i) += portable::product(regularisation_, log_mass_ - log_sum_of_row(i));
      moved += __builtin_fabs(at(row_, i) - before);
    }
    find_column_sums();
    for (index_t j = 0; j < tokens_; ++j)
      at(column_, j) += portable::product(regularisation_, log_mass_ - (at(top_, j) + portable::log(at(sum_, j))));
    return moved;
  }
  /// Appends `tokens` times the masses that the potentials stand for.
  void append_assignment(std::vector<double>& to) {
    for (index_t i = 0; i < tokens_; ++i) {
      find_exponents(i);
      portable::exp_each(line_.data(), tokens_);
      for (const double mass : line_) to.push_back(static_cast<double>(tokens_) * mass);
    }
  }

 private:
  static double& at(std::vector<double>& list, index_t i) { return list[static_cast<std::size_t>(i)]; }
  /// Fills `line_` with the exponents of row i.
  void find_exponents(index_t i) {
    const double potential = at(row_, i);
    const double* cost = cost_ + i * tokens_;
    double* line = line_.data();
    const double* column = column_.data();
    for (index_t j = 0; j < tokens_; ++j) line[j] = (potential + column[j] - cost[j]) / regularisation_;
  }
  double log_sum_of_row(index_t i) {
    find_exponents(i);
    double top = line_[0], sum = 0;
    for (const double x : line_) top = x > top ? x : top;
    for (double& x : line_) x -= top;
    portable::exp_each(line_.data(), tokens_);
    for (const double e : line_) sum += e;
    return top + portable::log(sum);
  }
  /// The largest exponent of each column, and the sum of e^(exponent - largest).
  void find_column_sums() {
    double *top = top_.data(), *sum = sum_.data(), *line = line_.data();
    for (index_t i = 0; i < tokens_; ++i) {
      find_exponents(i);
      for (index_t j = 0; j < tokens_; ++j) top[j] = i == 0 || line[j] > top[j] ? line[j] : top[j];
    }
    for (index_t j = 0; j < tokens_; ++j) sum[j] = 0;
    for (index_t i = 0; i < tokens_; ++i) {
      find_exponents(i);
      for (index_t j = 0; j < tokens_; ++j) line[j] -= top[j];
      portable::exp_each(line, tokens_);
      for (index_t j = 0; j < tokens_; ++j) sum[j] += line[j];
    }
  }

  const double* cost_;
  index_t tokens_;
  double regularisation_, log_mass_;
  std::vector<double> row_, column_, top_, sum_, line_;  // (p) each
};

}  // namespace detail

/// Sinkhorn's iteration for every sample's cost matrix, `cost` (N, p, p) row-major, in the log domain from potentials
/// of 0. All samples stop together, as in the published code. Cuturi 2013, arXiv:1306.0895.
inline sinkhorn_plan sinkhorn(const std::vector<double>& cost, index_t samples, index_t tokens,
                              const sinkhorn_rule& rule) {
  const index_t entries = tokens * tokens;
  std::vector<detail::sinkhorn_potentials> of;
  for (index_t n = 0; n < samples; ++n) of.emplace_back(cost.data() + n * entries, tokens, rule.regularisation);
  sinkhorn_plan found;
  double moved = 0;
  do {
    moved = 0;
    for (auto& potentials : of) moved += potentials.step();
  } while (++found.iterations < rule.max_iterations && !(moved / static_cast<double>(samples) < rule.threshold));
  found.assignment.reserve(cost.size());
  for (auto& potentials : of) potentials.append_assignment(found.assignment);
  return found;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
