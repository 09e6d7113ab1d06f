// SPDX-License-Identifier: BSD-3-Clause
#include <cmath>
#include <limits>
#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>
#include <vector>

#include "support/catch.hpp"

using namespace mixcon;

namespace {

/// A user's similarity, whose slopes are NaN where a row is.
struct damped_product {
  static constexpr bool linear = false;
  static constexpr rows anchor_rows() { return rows::as_given; }
  static constexpr rows candidate_rows() { return rows::as_given; }
  template <class T>
  T value(const T& dot, const T& aa, const T& cc) const {
    return dot / (T(1) + aa + cc);
  }
  template <class T>
  similarity_slopes<T> slopes(const T& dot, const T& aa, const T& cc) const {
    const T size = T(1) + aa + cc;
    return {T(1) / size, T(-2) * dot / (size * size)};
  }
};

/// Anchors (3, 2) against candidates (4, 2) of which nobody sees the last: gradients by both.
template <class Executor, class Similarity>
std::vector<double> gradients_with_last_row(const Executor& executor, const Similarity& similarity, double last) {
  std::vector<double> a{1, 2, -1, 0.5, 0.25, -2}, c{1, 1, 0, -1, 2, 0.5, last, last}, by_a(6), by_c(8);
  const matrix_view<double> anchors{a.data(), {3, 2}}, candidates{c.data(), {4, 2}};
  const auto targets = targets_of([](index_t anchor, index_t candidate) {
    if (candidate == 3) return hidden_pair();
    return anchor == candidate ? positive_pair() : negative_pair();
  });
  const objective criterion{info_nce{.temperature = 0.5}, similarity};
  const matrix_view<double> by_anchors{by_a.data(), {3, 2}}, by_candidates{by_c.data(), {4, 2}};
  value_and_grad(executor, criterion, targets, anchors, candidates,
                 {.anchors = by_anchors, .candidates = {by_candidates}});
  by_a.insert(by_a.end(), by_c.begin(), by_c.end() - 2);
  return by_a;
}

}  // namespace

TEMPLATE_TEST_CASE("a row that nobody sees may be NaN and changes no gradient", "[engine]", serial, tiled) {
  const double not_a_number = std::numeric_limits<double>::quiet_NaN(),
               infinite = std::numeric_limits<double>::infinity();
  for (double last : {not_a_number, infinite}) {
    const auto compare = [&](const auto& similarity) {
      const auto expected = gradients_with_last_row(TestType{}, similarity, 7);
      const auto found = gradients_with_last_row(TestType{}, similarity, last);
      for (std::size_t k = 0; k < expected.size(); ++k) CHECK(found[k] == Approx(expected[k]).margin(1e-15));
    };
    compare(dot_product{});
    compare(cosine{});
    compare(negative_squared_distance{});
    compare(negative_distance{});
    compare(damped_product{});
  }
}

TEMPLATE_TEST_CASE("a hidden row that is NaN changes no gradient by temperature, scale or pair", "[engine]", serial,
                   tiled) {
  struct slopes {
    double temperature = 0, scale = 0, bias = 0;
    std::vector<double> pair_scale = std::vector<double>(12);
  };
  const auto targets = targets_of([](index_t anchor, index_t candidate) {
    if (candidate == 3) return hidden_pair();
    return anchor == candidate ? positive_pair() : negative_pair();
  });
  const auto slopes_with = [&](const auto& criterion, double last) {
    std::vector<double> a{1, 2, -1, 0.5, 0.25, -2}, c{1, 1, 0, -1, 2, 0.5, last, last}, by_a(6);
    slopes found;
    value_and_grad(TestType{}, criterion, targets, as_matrix(a, 3, 2), as_matrix(c, 4, 2),
                   {.anchors = as_matrix(by_a, 3, 2),
                    .temperature = &found.temperature,
                    .scale = &found.scale,
                    .bias = &found.bias,
                    .pair_scale = as_matrix(found.pair_scale, 3, 4)});
    return found;
  };
  const auto compare = [&](const auto& criterion) {
    const slopes expected = slopes_with(criterion, 7);
    for (const double last : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      const slopes found = slopes_with(criterion, last);
      CHECK(found.temperature == Approx(expected.temperature));
      CHECK(found.scale == Approx(expected.scale));
      CHECK(found.bias == Approx(expected.bias).margin(1e-15));
      for (std::size_t k = 0; k < 12; ++k) CHECK(found.pair_scale[k] == Approx(expected.pair_scale[k]).margin(1e-15));
    }
  };
  compare(objective{info_nce{.temperature = 0.5}, dot_product{}});
  compare(objective{info_nce{.temperature = 0.5}, cosine{}});
  compare(objective{siglip{}, dot_product{}});
  compare(objective{siglip{}, negative_distance{}});
}
