// SPDX-License-Identifier: BSD-3-Clause
// How far a loss and its gradients may be from their reference.
#pragma once

#include "golden/golden.hpp"

#include <mixcon/mixcon.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <type_traits>
#include <vector>

namespace mixcon_golden {

template <class T>
std::vector<double> prepared_row(const mixcon::matrix_view<const T>& m, index_t row, mixcon::rows form) {
  std::vector<double> x;
  for (index_t k = 0; k < m.extent(1); ++k) x.push_back(static_cast<double>(m(row, k)));
  if (form == mixcon::rows::as_given) return x;
  const double length = std::max(std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0)), 1e-12);
  for (double& number : x) number /= length;
  return x;
}

/// The largest magnitude of a logit that the loss sees, one pair after another in double.
template <class T, class Objective, class Targets>
double largest_logit(const Objective& objective, const Targets& targets, const mixcon::matrix_view<const T>& anchors,
                     const std::vector<mixcon::matrix_view<const T>>& segments) {
  mixcon::pair_space space{.anchors = anchors.extent(0)};
  for (const auto& segment : segments) {
    space.segments.push_back(segment.extent(0));
    space.candidates += segment.extent(0);
  }
  const auto bound = targets.bind(space);
  const auto rule = bound.rule();
  double largest = 0;
  index_t candidate = 0;
  for (const auto& segment : segments)
    for (index_t row = 0; row < segment.extent(0); ++row, ++candidate) {
      const auto c = prepared_row(segment, row, objective.similarity.candidate_rows());
      for (index_t anchor = 0; anchor < space.anchors; ++anchor) {
        const mixcon::role<double> seen = rule.template at<double>(anchor, candidate);
        if (!seen.positive && !(seen.weight > 0)) continue;
        const auto a = prepared_row(anchors, anchor, objective.similarity.anchor_rows());
        const double similarity = std::inner_product(a.begin(), a.end(), c.begin(), 0.0);
        const double logit =
            objective.logit_scale() * objective.logits.template factor<double>(anchor, candidate) * similarity +
            objective.logits.template offset<double>(anchor, candidate);
        largest = std::max(largest, std::abs(logit));
      }
    }
  return largest;
}

struct tolerance {
  double value = 1e-10, gradient = 1e-9;

  tolerance& operator|=(const tolerance& other) {
    value = std::max(value, other.value), gradient = std::max(gradient, other.gradient);
    return *this;
  }
};

template <class T, class Objective, class Targets>
tolerance tolerance_of(const Objective& objective, const Targets& targets, const mixcon::matrix_view<const T>& anchors,
                       const std::vector<mixcon::matrix_view<const T>>& segments) {
  if constexpr (std::is_same_v<T, double>) return {};
  double candidates = 0;
  for (const auto& segment : segments) candidates += static_cast<double>(segment.extent(0));
  const double by = 4 * static_cast<double>(std::numeric_limits<T>::epsilon()) *
                    (std::log2(candidates) + static_cast<double>(anchors.extent(1))) *
                    std::max(1.0, largest_logit(objective, targets, anchors, segments));
  return {by, by};
}

/// The magnitudes of what the gradients by bias and by scale are sums of: they may cancel, and rounding is theirs.
struct absolute_sums {
  double bias = 0, scale = 0;
};
/// By the plain engine in double: of d loss / d logit of every pair, and of that times the similarity.
template <class Objective, class Targets, class T>
absolute_sums sums_over_pairs(const Objective& objective, const Targets& targets, const mixcon::matrix_view<const T>& a,
                              const mixcon::matrix_view<const T>& c) {
  if constexpr (std::is_same_v<T, double>) return {};
  const auto in_double = [](const mixcon::matrix_view<const T>& m) {
    std::vector<double> all;
    for (index_t i = 0; i < m.extent(0); ++i)
      for (index_t k = 0; k < m.extent(1); ++k) all.push_back(static_cast<double>(m(i, k)));
    return all;
  };
  const auto view_of = [](auto& numbers, index_t rows, index_t columns) {
    return mixcon::matrix_view<std::remove_reference_t<decltype(numbers[0])>>{numbers.data(), {rows, columns}};
  };
  const std::vector<double> anchors = in_double(a), candidates = in_double(c);
  const index_t n = a.extent(0), m = c.extent(0);
  std::vector<double> by_bias(static_cast<std::size_t>(n * m)), by_scale(by_bias);
  mixcon::gradients<double> wanted;
  wanted.pair_bias = view_of(by_bias, n, m), wanted.pair_scale = view_of(by_scale, n, m);
  mixcon::value_and_grad(mixcon::serial{}, objective, targets, view_of(anchors, n, a.extent(1)),
                         view_of(candidates, m, c.extent(1)), wanted);
  absolute_sums sums;
  for (const double x : by_bias) sums.bias += std::abs(x);
  for (const double x : by_scale) sums.scale += std::abs(x) / objective.scale;
  return sums;
}

}  // namespace mixcon_golden
