// SPDX-License-Identifier: BSD-3-Clause
#include "lanes/lane_types.hpp"

#include "support/catch.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/logits.hpp>
#include <mixcon/contrast/targets.hpp>

#include <vector>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// A matrix of numbers in (0, 1), many of them 0 but none on the diagonal.
struct matrix {
  index_t rows, columns;
  std::vector<double> data;
  matrix(index_t r, index_t c, random_source& random) : rows(r), columns(c) {
    for (index_t i = 0; i < r * c; ++i)
      data.push_back(i / c == i % c || random.chance(0.5) ? random.number(0.125, 1) : 0.0);
  }
  matrix_view<const double> view() const { return {data.data(), {rows, columns}}; }
};

template <class L>
void check_role(const role<L>& found, const role<scalar_of<L>>& expected, int k) {
  CHECK(found.positive[k] == expected.positive);
  CHECK(found.weight[k] == expected.weight);
  CHECK(close(static_cast<double>(found.target[k]), static_cast<double>(expected.target), lane_tolerance<L>));
}

/// Every start that leaves room for all lanes, at a few anchors: the ends of segments are among them.
template <class L, class Targets>
void check_rule(const Targets& targets, const pair_space& space, random_source& random) {
  using T = scalar_of<L>;
  const auto bound = targets.bind(space);
  const auto rule = bound.rule();
  for (int trial = 0; trial < 4; ++trial) {
    const index_t a = trial == 0 ? 0 : random.integer(0, space.anchors - 1);
    for (index_t first = 0; first + width_of<L> <= space.candidates; ++first) {
      const role<L> found = rule.template at<L>(a, first);
      for (int k = 0; k < width_of<L>; ++k) check_role<L>(found, rule.template at<T>(a, first + k), k);
    }
    if constexpr (requires { rule.template own<L>(a, index_t{}); })
      for (index_t first = 0; first + width_of<L> <= space.own; ++first) {
        const role<L> found = rule.template own<L>(a, first);
        for (int k = 0; k < width_of<L>; ++k) check_role<L>(found, rule.template own<T>(a, first + k), k);
      }
  }
  const detail::transposed_rule<std::remove_const_t<decltype(rule)>> columns{rule};
  const index_t c = random.integer(0, space.candidates - 1);
  for (index_t first = 0; first + width_of<L> <= space.anchors; ++first) {
    const role<L> found = columns.template at<L>(c, first);
    for (int k = 0; k < width_of<L>; ++k) check_role<L>(found, rule.template at<T>(first + k, c), k);
  }
}

pair_space shared_space(index_t anchors, index_t candidates) { return {anchors, candidates, 0, {candidates}}; }

std::vector<int> random_labels(index_t count, random_source& random) {
  std::vector<int> labels;
  for (index_t i = 0; i < count; ++i) labels.push_back(static_cast<int>(random.integer(-1, 3)));
  return labels;
}
std::vector<index_t> random_partners(index_t count, random_source& random) {
  std::vector<index_t> partners;
  for (index_t i = 0; i < count; ++i) partners.push_back(random.integer(0, count - 1));
  return partners;
}

}  // namespace

TEMPLATE_TEST_CASE("Targets by position and by class say the same on lanes as one by one", "[lanes]",
                   MIXCON_LANE_TYPES) {
  if (!processor_has<TestType>()) return;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    random_source random(seed);
    const index_t samples = random.integer(9, 14), views = random.integer(2, 3), rows = samples * views;
    const index_t others = random.integer(16, 30);
    const std::vector<int> labels = random_labels(samples, random), other_labels = random_labels(others, random);
    const pair_space square = shared_space(rows, rows);
    check_rule<TestType>(diagonal_targets{}, shared_space(samples, others), random);
    check_rule<TestType>(view_targets{.samples = samples, .views = views}, square, random);
    check_rule<TestType>(view_targets{samples, views, view_order::sample_major}, square, random);
    check_rule<TestType>(view_targets{.samples = samples, .views = views}, shared_space(samples, rows), random);
    check_rule<TestType>(label_targets{.labels = labels, .views = views}, square, random);
    check_rule<TestType>(label_targets{.labels = labels, .views = views, .others = visibility::hidden}, square, random);
    check_rule<TestType>(label_targets{.labels = labels, .candidate_labels = other_labels},
                         shared_space(samples, others), random);
  }
}

TEMPLATE_TEST_CASE("Targets written out say the same on lanes as one by one", "[lanes]", MIXCON_LANE_TYPES) {
  if (!processor_has<TestType>()) return;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    random_source random(seed);
    const index_t samples = random.integer(9, 12), others = random.integer(16, 30);
    const matrix mask(samples, samples, random), target(samples, others, random), weight(samples, others, random);
    const auto masks = mask.view(), targets = target.view(), weights = weight.view();
    check_rule<TestType>(mask_targets{masks, 2}, shared_space(2 * samples, 2 * samples), random);
    check_rule<TestType>(matrix_targets{targets}, shared_space(samples, others), random);
    check_rule<TestType>(matrix_targets{targets, weights}, shared_space(samples, others), random);
    const auto ring = [&](index_t a, index_t c) {
      return c % 5 == a % 5 ? positive_pair(0.25) : c % 7 == 0 ? hidden_pair() : negative_pair(2.0);
    };
    check_rule<TestType>(targets_of(ring), shared_space(samples, others), random);
  }
}

TEMPLATE_TEST_CASE("Composed targets say the same on lanes as one by one, across the ends of segments too", "[lanes]",
                   MIXCON_LANE_TYPES) {
  if (!processor_has<TestType>()) return;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    random_source random(seed);
    const index_t samples = random.integer(9, 14), rows = 2 * samples, few = random.integer(1, 5);
    const std::vector<int> labels = random_labels(samples, random);
    const label_targets by_label{.labels = labels, .views = 2};
    const pair_space two{rows, rows + few, 0, {rows, few}}, three{rows, few + rows + few, 0, {few, rows, few}};
    const pair_space with_own{rows, rows + few, 17, {rows + few}};
    const auto after = segments(by_label, every_negative{});
    const auto between = segments(every_positive{}, by_label, every_negative{});
    check_rule<TestType>(after, two, random);
    check_rule<TestType>(between, three, random);
    check_rule<TestType>(queue_targets{}, with_own, random);
    check_rule<TestType>(own_targets<every_positive, diagonal_targets>{}, with_own, random);

    const std::vector<index_t> partners = random_partners(rows, random);
    std::vector<double> each, one{0.3125};
    for (index_t i = 0; i < rows; ++i) each.push_back(random.number(0, 1));
    check_rule<TestType>(mixed_targets{diagonal_targets{}, each, partners}, shared_space(rows, rows), random);
    check_rule<TestType>(mixed_targets{by_label, one, partners}, shared_space(rows, rows), random);
    check_rule<TestType>(mixed_targets{between, each, partners}, three, random);
    check_rule<TestType>(mixed_targets{queue_targets{}, each, partners}, with_own, random);
  }
}

TEMPLATE_TEST_CASE("Factors and offsets of logits are the same on lanes as one by one", "[lanes]", MIXCON_LANE_TYPES) {
  if (!processor_has<TestType>()) return;
  using T = scalar_of<TestType>;
  random_source random(1);
  const index_t anchors = 5, candidates = 37;
  const matrix scale(anchors, candidates, random), bias(anchors, candidates, random), one(1, candidates, random);
  const auto scales = scale.view(), biases = bias.view();
  auto check = [&](const auto& logits) {
    for (index_t a = 0; a < anchors; ++a)
      for (index_t first = 0; first + width_of<TestType> <= candidates; ++first)
        for (int k = 0; k < width_of<TestType>; ++k) {
          CHECK(logits.template factor<TestType>(a, first)[k] == logits.template factor<T>(a, first + k));
          CHECK(logits.template offset<TestType>(a, first)[k] == logits.template offset<T>(a, first + k));
        }
  };
  check(plain_logits{.bias = -1.375});
  check(candidate_bias{one.data});
  check(pair_logits{scales, biases});
}
