// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/portable_math.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <cstddef>
#include <vector>

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
        column_(static_cast<std::size_t>(tokens)) {}

  /// Updates rows, then columns. Returns how far the row potentials moved, summed.
  double step() {
    double moved = 0;
    for (index_t i = 0; i < tokens_; ++i) {
      const double before = at(row_, i);
      at(row_, i) += portable::product(regularisation_, log_mass_ - log_sum([&](index_t j) { return exponent(i, j); }));
      moved += __builtin_fabs(at(row_, i) - before);
    }
    for (index_t j = 0; j < tokens_; ++j)
      at(column_, j) +=
          portable::product(regularisation_, log_mass_ - log_sum([&](index_t i) { return exponent(i, j); }));
    return moved;
  }
  double mass(index_t i, index_t j) const { return portable::exp(exponent(i, j)); }

 private:
  double& at(std::vector<double>& list, index_t i) { return list[static_cast<std::size_t>(i)]; }
  double exponent(index_t i, index_t j) const {
    const double potential = row_[static_cast<std::size_t>(i)] + column_[static_cast<std::size_t>(j)];
    return (potential - cost_[i * tokens_ + j]) / regularisation_;
  }
  template <class Exponent>
  double log_sum(Exponent&& of) const {
    double top = of(0), sum = 0;
    for (index_t k = 1; k < tokens_; ++k) top = of(k) > top ? of(k) : top;
    for (index_t k = 0; k < tokens_; ++k) sum += portable::exp(of(k) - top);
    return top + portable::log(sum);
  }

  const double* cost_;
  index_t tokens_;
  double regularisation_, log_mass_;
  std::vector<double> row_, column_;
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
  for (const auto& potentials : of)
    for (index_t i = 0; i < tokens; ++i)
      for (index_t j = 0; j < tokens; ++j)
        found.assignment.push_back(static_cast<double>(tokens) * potentials.mass(i, j));
  return found;
}

}  // namespace mixcon
