// SPDX-License-Identifier: BSD-3-Clause
// Runs the kernels of row_kernels.cuh and compares what they leave with the serial engine in double. Comes after
// emulated.hpp or device.cuh, which say what a launch and device memory are.
#pragma once

#include "gpu/placed.hpp"
#include "gpu/row_kernels.cuh"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>

#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace mixcon_test {

/// Rows (N, D), row-major.
struct rows_of_numbers {
  index_t count = 0, width = 0;
  std::vector<double> data{};

  rows_of_numbers() = default;
  rows_of_numbers(index_t rows, index_t columns)
      : count(rows), width(columns), data(static_cast<std::size_t>(rows * columns)) {}
  mixcon::matrix_view<double> view() { return {data.data(), {count, width}}; }
  mixcon::matrix_view<const double> view() const { return {data.data(), {count, width}}; }
};

/// Rows of numbers in [-1, 1] that a float holds exactly, so that both sides compute from the same.
inline rows_of_numbers random_rows(index_t count, index_t width, unsigned seed) {
  rows_of_numbers made(count, width);
  std::mt19937 bits(seed);
  for (double& x : made.data) x = std::ldexp(static_cast<double>(bits() >> 12U), -19) - 1.0;
  return made;
}

/// What one case runs on: anchors, shared candidates in segments, and k of its own for each anchor (N, k * D).
struct row_inputs {
  rows_of_numbers anchors;
  std::vector<rows_of_numbers> segments;
  rows_of_numbers own{};

  index_t width() const { return anchors.width; }
  index_t own_count() const { return own.width / width(); }
  index_t shared_count() const {
    index_t sum = 0;
    for (const auto& segment : segments) sum += segment.count;
    return sum;
  }
  mixcon::pair_space space() const {
    mixcon::pair_space pairs{anchors.count, shared_count(), own_count(), {}};
    for (const auto& segment : segments) pairs.segments.push_back(segment.count);
    return pairs;
  }
  mixcon::candidate_segments<double> candidates() const {
    mixcon::candidate_segments<double> all;
    if (own_count() > 0) all.each.push_back({{own.data.data(), {anchors.count, own_count(), width()}}, true});
    for (const auto& segment : segments)
      all.each.push_back({{segment.data.data(), {segment.count, index_t{1}, width()}}, false});
    return all;
  }
};

/// What both sides come to.
struct row_results {
  double value = 0, by_scale = 0;
  std::vector<double> statistics, adjoints;          // (count, N)
  std::vector<double> pair_weights, target_weights;  // (N, M)
  std::vector<double> anchors;                       // (N, D)
};

/// The serial engine in double, through the public calls.
template <class Objective, class Targets>
row_results by_engine(const Objective& objective, const Targets& targets, const row_inputs& inputs) {
  constexpr int count = mixcon::loss_traits<decltype(objective.loss)>::count;
  const index_t rows = inputs.anchors.count, shared = inputs.shared_count();
  mixcon::saved_statistics<Objective, double> saved;
  rows_of_numbers pair_weights(rows, shared), target_weights(rows, shared), anchors(rows, inputs.width());
  row_results found;
  const auto z = inputs.anchors.view();
  const auto against = inputs.candidates();
  found.value = mixcon::forward(mixcon::serial{}, objective, targets, z, against, saved).value;
  mixcon::gradients<double> wanted;
  wanted.anchors = anchors.view(), wanted.pair_bias = pair_weights.view(), wanted.targets = target_weights.view();
  mixcon::backward(mixcon::serial{}, objective, targets, z, against, saved, 1, wanted);
  mixcon::for_each_position<count>([&](auto position) {
    constexpr int k = decltype(position)::value;
    for (double x : saved.template values<k>()) found.statistics.push_back(x);
    for (index_t a = 0; a < rows; ++a)
      found.adjoints.push_back(saved.rows.adjoint[static_cast<std::size_t>(a * count + k)]);
  });
  found.by_scale = saved.rows.scale_adjoint;
  found.pair_weights = pair_weights.data, found.target_weights = target_weights.data, found.anchors = anchors.data;
  return found;
}

inline double length_of(const double* row, index_t width) {
  double sum = 0;
  for (index_t k = 0; k < width; ++k) sum += row[k] * row[k];
  return std::sqrt(sum);
}
/// Rows in T, of the form that a similarity asks for, in device memory.
template <class T>
const T* placed_rows(const rows_of_numbers& rows, index_t width, mixcon::rows form, device_memory& memory) {
  std::vector<T> packed;
  for (std::size_t first = 0; first < rows.data.size(); first += static_cast<std::size_t>(width)) {
    const double* row = rows.data.data() + first;
    const double divisor = form == mixcon::rows::unit ? length_of(row, width) : 1.0;
    for (index_t k = 0; k < width; ++k) packed.push_back(static_cast<T>(row[k] / divisor));
  }
  if (packed.empty()) return nullptr;
  T* copy = allocated<T>(memory, static_cast<index_t>(packed.size()));
  device_memory::copy_in(copy, packed.data(), packed.size() * sizeof(T));
  return copy;
}
/// The gradient by the caller's rows, given the one by rows that were divided by their length.
inline void undo_unit_rows(std::vector<double>& gradient, const rows_of_numbers& rows) {
  for (index_t a = 0; a < rows.count; ++a) {
    const double* row = rows.data.data() + a * rows.width;
    double* by = gradient.data() + a * rows.width;
    const double length = length_of(row, rows.width);
    double radial = 0;
    for (index_t k = 0; k < rows.width; ++k) radial += by[k] * row[k] / length;
    for (index_t k = 0; k < rows.width; ++k) by[k] = (by[k] - radial * row[k] / length) / length;
  }
}

/// The kernels, in T.
template <class T, class Objective, class Targets>
row_results by_kernels(const Objective& objective, const Targets& targets, const row_inputs& inputs) {
  using Loss = std::remove_cvref_t<decltype(objective.loss)>;
  using Similarity = std::remove_cvref_t<decltype(objective.similarity)>;
  using Logits = std::remove_cvref_t<decltype(objective.logits)>;
  const auto bound = targets.bind(inputs.space());
  using Rule = std::remove_cvref_t<decltype(bound.rule())>;
  using Rules = mixcon::detail::pair_rules<T, Loss, Similarity, Logits, Rule>;
  using Problem = row_problem<Rules>;
  constexpr index_t count = Problem::count, terms = Problem::term_count;

  device_memory memory;
  const index_t rows = inputs.anchors.count, shared = inputs.shared_count(), owned = inputs.own_count();
  const index_t width = inputs.width(), pairs = owned + shared;
  rows_of_numbers candidates(0, width);
  for (const auto& segment : inputs.segments)
    candidates.data.insert(candidates.data.end(), segment.data.begin(), segment.data.end());
  const auto form = objective.similarity.candidate_rows();
  const Rules on_host{objective.loss,
                      objective.loss.statistics(),
                      objective.similarity,
                      objective.logits,
                      bound.rule(),
                      static_cast<T>(objective.logit_scale()),
                      owned,
                      owned};
  const Problem problem{
      placed(on_host, memory),
      {placed_rows<T>(inputs.anchors, width, objective.similarity.anchor_rows(), memory), {rows, width}},
      {placed_rows<T>(candidates, width, form, memory), {shared, width}},
      {placed_rows<T>(inputs.own, width, form, memory), {rows, owned, width}}};

  auto* part = allocated<typename Problem::state>(memory, rows * warp_size);
  auto* reading = allocated<typename Problem::readings>(memory, rows);
  T* value = allocated<T>(memory, rows * terms);
  T* divisor = allocated<T>(memory, rows * terms);
  T* statistic = allocated<T>(memory, rows * count);
  T* adjoint = allocated<T>(memory, rows * (count + 1));
  T* by_logit = allocated<T>(memory, rows * pairs);
  T* by_target = allocated<T>(memory, rows * pairs);
  T* gradient = allocated<T>(memory, rows * width);
  auto blocks = [](index_t threads) { return static_cast<unsigned>((threads + 127) / 128); };

  launch(&gather_rows<Problem>, blocks(rows * warp_size), 128, problem, part);
  launch(&read_rows<Problem>, blocks(rows), 128, problem, part, reading, value, divisor);
  row_results found;
  term_factors<T, Problem::term_count> factors{};
  const std::vector<T> values = fetched(value, rows * terms), divisors = fetched(divisor, rows * terms);
  for (index_t n = 0; n < terms; ++n) {
    double sum = 0, by = 0;
    for (index_t a = 0; a < rows; ++a) {
      sum += static_cast<double>(values[static_cast<std::size_t>(a * terms + n)]);
      by += static_cast<double>(divisors[static_cast<std::size_t>(a * terms + n)]);
    }
    factors.of[n] = static_cast<T>(1 / by);
    found.value += sum / by;
  }
  launch(&differentiate_rows<Problem>, blocks(rows), 128, problem, reading, factors, statistic, adjoint);
  launch(&weigh_pairs<Problem>, blocks(rows * pairs), 128, problem, reading, adjoint, by_logit, by_target);
  launch(&push_anchors<Problem>, blocks(rows * width), 128, problem, by_logit, gradient);

  const std::vector<T> statistics = fetched(statistic, rows * count), adjoints = fetched(adjoint, rows * (count + 1));
  for (index_t k = 0; k < count; ++k)
    for (index_t a = 0; a < rows; ++a) {
      found.statistics.push_back(static_cast<double>(statistics[static_cast<std::size_t>(a * count + k)]));
      found.adjoints.push_back(static_cast<double>(adjoints[static_cast<std::size_t>(a * (count + 1) + k)]));
    }
  for (index_t a = 0; a < rows; ++a)
    found.by_scale += static_cast<double>(adjoints[static_cast<std::size_t>(a * (count + 1) + count)]);
  const std::vector<T> logits = fetched(by_logit, rows * pairs), of_targets = fetched(by_target, rows * pairs);
  for (index_t a = 0; a < rows; ++a)
    for (index_t c = owned; c < pairs; ++c) {
      found.pair_weights.push_back(static_cast<double>(logits[static_cast<std::size_t>(a * pairs + c)]));
      found.target_weights.push_back(static_cast<double>(of_targets[static_cast<std::size_t>(a * pairs + c)]));
    }
  for (T x : fetched(gradient, rows * width)) found.anchors.push_back(static_cast<double>(x));
  if (objective.similarity.anchor_rows() == mixcon::rows::unit) undo_unit_rows(found.anchors, inputs.anchors);
  return found;
}

/// The largest difference, in units of the largest of the expected numbers; NaN where one side is, or sizes differ.
inline double distance(const std::vector<double>& found, const std::vector<double>& expected) {
  if (found.size() != expected.size()) return std::nan("");
  double top = 0, worst = 0;
  for (double x : expected)
    if (std::abs(x) > top && !std::isinf(x)) top = std::abs(x);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == expected[i]) continue;  // infinities too
    const double apart = std::abs(found[i] - expected[i]) / (top > 0 ? top : 1.0);
    if (!(apart <= worst)) worst = apart;
  }
  return worst;
}

/// Counts the checks and prints a line for each.
class row_report {
 public:
  int passed() const { return passed_; }
  int failed() const { return failed_; }

  /// Compares the kernels with the engine on one case, in float (to 1e-5) and in double (to 1e-12).
  template <class Objective, class Targets>
  void check(const std::string& title, const Objective& objective, const Targets& targets, const row_inputs& inputs) {
    const row_results expected = by_engine(objective, targets, inputs);
    compare(title + ", float", by_kernels<float>(objective, targets, inputs), expected, 1e-5);
    compare(title + ", double", by_kernels<double>(objective, targets, inputs), expected, 1e-12);
  }

  /// Compares numbers one by one.
  void check_numbers(const std::string& title, const std::vector<double>& found, const std::vector<double>& expected,
                     double bound) {
    const double apart = distance(found, expected);
    std::printf("%s %s: %.1e\n", apart <= bound ? "ok    " : "FAILED", title.c_str(), apart);
    ++(apart <= bound ? passed_ : failed_);
  }

 private:
  void compare(const std::string& title, const row_results& found, const row_results& expected, double bound) {
    const double apart[] = {distance({found.value}, {expected.value}),
                            distance(found.statistics, expected.statistics),
                            distance(found.adjoints, expected.adjoints),
                            distance({found.by_scale}, {expected.by_scale}),
                            distance(found.pair_weights, expected.pair_weights),
                            distance(found.target_weights, expected.target_weights),
                            distance(found.anchors, expected.anchors)};
    bool close = true;
    for (double x : apart) close = close && x <= bound;
    std::printf(
        "%s %s: value %.1e, statistics %.1e, adjoints %.1e, scale %.1e, pairs %.1e, targets %.1e, anchors %.1e\n",
        close ? "ok    " : "FAILED", title.c_str(), apart[0], apart[1], apart[2], apart[3], apart[4], apart[5],
        apart[6]);
    ++(close ? passed_ : failed_);
  }

  int passed_ = 0, failed_ = 0;
};

}  // namespace mixcon_test
