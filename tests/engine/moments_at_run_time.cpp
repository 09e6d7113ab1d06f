// SPDX-License-Identifier: BSD-3-Clause
// Rules whose kind is chosen at run time: by moments where this one is given by keys, with the bits of the rule that it
// is; pair by pair where it is not.
#include "support/catch.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/tiled.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <cmath>
#include <random>
#include <vector>

using namespace mixcon;

namespace {

/// Candidate a of anchor a is its positive, or candidates a and a + 1 are, in unequal shares, which no key says.
struct either_rule {
  bool by_keys = true, is_turned = false;

  either_rule transposed() const { return {by_keys, !is_turned}; }
  template <class T>
  role<T> at(index_t anchor, index_t candidate) const {
    if (by_keys) return diagonal_targets::rule_type{}.at<T>(anchor, candidate);
    return detail::role_by_lane<T>([&](int k) {
      using number = scalar_of<T>;
      const index_t apart = is_turned ? anchor - (candidate + k) : candidate + k - anchor;
      const number share = apart == 0 ? number(0.75) : apart == 1 ? number(0.25) : number(0);
      return role<number>{share != number(0), number(1), share};
    });
  }
};
struct either_targets {
  bool by_keys = true;
  auto bind(const pair_space&) const { return detail::bound_rule<either_rule>{{by_keys}}; }
};

}  // namespace

namespace mixcon::moments {
template <>
struct described<either_rule> : described<diagonal_targets::rule_type> {
  static bool holds(const either_rule& rule) { return rule.by_keys; }
  static described_rule of(const either_rule&, index_t anchors, index_t candidates) {
    return described<diagonal_targets::rule_type>::of({}, anchors, candidates);
  }
};
}  // namespace mixcon::moments

namespace {

constexpr index_t count = 250, width = 20;  // more than a tile
constexpr double scale = 5;

std::vector<double> normal_rows(unsigned seed) {
  std::mt19937 bits(seed);
  std::normal_distribution<double> normal;
  std::vector<double> numbers;
  for (index_t k = 0; k < count * width; ++k) numbers.push_back(normal(bits) / 4);
  return numbers;
}
matrix_view<const double> matrix(const std::vector<double>& numbers) { return {numbers.data(), {count, width}}; }

struct answer {
  double value = 0, alone = 0;
  std::vector<double> by_x = std::vector<double>(static_cast<std::size_t>(count * width)), by_y = by_x;
};
template <class Targets>
answer ask(const Targets& targets, const directions& direction, const std::vector<double>& x,
           const std::vector<double>& y) {
  objective criterion{info_nce{.temperature = 1}, dot_product{}};
  criterion.scale = scale, criterion.direction = direction;
  answer found;
  found.value = value_and_grad(tiled{1}, criterion, targets, matrix(x), matrix(y),
                               {.anchors = matrix_view<double>{found.by_x.data(), {count, width}},
                                .candidates = {matrix_view<double>{found.by_y.data(), {count, width}}}})
                    .value;
  saved_for<decltype(criterion), matrix_view<const double>> saved;
  found.alone = forward(tiled{1}, criterion, targets, matrix(x), matrix(y), saved).value;
  return found;
}

/// The value in plain loops, with the shares of either_rule where keys do not say them.
double naive(const directions& direction, const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0;
  const auto logit = [&](index_t a, index_t c) {
    double dot = 0;
    for (index_t k = 0; k < width; ++k) dot += matrix(x)(a, k) * matrix(y)(c, k);
    return scale * dot;
  };
  const auto add = [&](double times, bool is_turned) {
    for (index_t i = 0; i < count; ++i) {
      double all = 0, attraction = 0, mass = 0;
      for (index_t j = 0; j < count; ++j) {
        const index_t apart = is_turned ? i - j : j - i;
        const double share = apart == 0 ? 0.75 : apart == 1 ? 0.25 : 0, s = is_turned ? logit(j, i) : logit(i, j);
        all += std::exp(s), attraction += share * s, mass += share;
      }
      sum += times * (mass * std::log(all) - attraction) / count;
    }
  };
  if (direction.rows != 0) add(direction.rows, false);
  if (direction.columns != 0) add(direction.columns, true);
  return sum;
}

}  // namespace

TEST_CASE("A rule chosen at run time has the bits of the rule by keys that it is", "[engine]") {
  const std::vector<double> x = normal_rows(1), y = normal_rows(2);
  for (const directions& direction : {directions{1, 0}, directions{0, 1}, directions{0.25, 0.75}}) {
    const answer expected = ask(diagonal_targets{}, direction, x, y), found = ask(either_targets{}, direction, x, y);
    CHECK(found.value == expected.value);
    CHECK(found.alone == expected.alone);
    CHECK(found.by_x == expected.by_x);
    CHECK(found.by_y == expected.by_y);
  }
}

TEST_CASE("A rule chosen at run time that no key says is asked pair by pair", "[engine]") {
  const std::vector<double> x = normal_rows(1), y = normal_rows(2);
  for (const directions& direction : {directions{1, 0}, directions{0, 1}, directions{0.25, 0.75}}) {
    const answer found = ask(either_targets{false}, direction, x, y);
    const double expected = naive(direction, x, y);
    CHECK(std::fabs(found.value - expected) <= 1e-12 * expected);
    CHECK(std::fabs(found.alone - expected) <= 1e-12 * expected);
    for (const index_t at : {index_t{0}, index_t{777}, count * width - 1}) {
      std::vector<double> more = x, less = x;
      more[static_cast<std::size_t>(at)] += 1e-5, less[static_cast<std::size_t>(at)] -= 1e-5;
      const double slope = (naive(direction, more, y) - naive(direction, less, y)) / 2e-5;
      CHECK(std::fabs(found.by_x[static_cast<std::size_t>(at)] - slope) <= 1e-8);
    }
  }
}

TEST_CASE("Rules made of one that is chosen at run time are not described", "[engine]") {
  CHECK(moments::always_described<diagonal_targets::rule_type>);
  CHECK(moments::always_described<detail::transposed_rule<member_targets::rule_type>>);
  CHECK(moments::described<either_rule>::fits);
  CHECK(!moments::always_described<either_rule>);
  CHECK(!moments::described<detail::transposed_rule<either_rule>>::fits);
  CHECK(!moments::is_described(either_rule{false}));
}
