// SPDX-License-Identifier: BSD-3-Clause
// What the forward pass gathers by moments, for each rule by keys and each statistic that fits: naive sums in double.
#include "engine/moment_case.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// How many pairs a rule by keys describes otherwise than the rule itself.
template <class Rule>
int pairs_described_wrongly(const Rule& rule, index_t anchors, index_t candidates) {
  const auto by_keys = moments::described<Rule>::of(rule, anchors, candidates);
  int wrong = 0;
  for (int a = 0; a < static_cast<int>(anchors); ++a)
    for (int c = 0; c < static_cast<int>(candidates); ++c) {
      const role<double> expected = rule.template at<double>(a, c);
      const moments::relation found = by_keys.of(a, c, by_keys.key_of_anchor(a), by_keys.key_of_candidate(c));
      const bool right = found == moments::relation::positive
                             ? expected.positive && expected.target == by_keys.target_of(a)
                         : found == moments::relation::hidden ? !expected.positive && expected.weight == 0
                                                              : !expected.positive && expected.weight == 1;
      wrong += right ? 0 : 1;
    }
  return wrong;
}

/// Rows, columns, and both at once, for one rule.
template <class T, class Loss, class Targets>
void check_rule(const char* title, const Targets& targets, index_t anchors, index_t candidates, double scale,
                double likeness = 0) {
  INFO(title << ", " << anchors << " x " << candidates << ", scale " << scale);
  const auto a = moment_rows<T>(anchors, 20, 1, mixcon::rows::unit, likeness),
             c = moment_rows<T>(candidates, 20, 2, mixcon::rows::unit, likeness);
  const detail::packed_rows<T> own(0, 20);
  const auto bound = targets.bind(pair_space{anchors, candidates, 0, {candidates}});
  const auto rule = bound.rule();
  const auto columns = detail::transposed_rule_of(rule);
  CHECK(pairs_described_wrongly(rule, anchors, candidates) == 0);
  CHECK(pairs_described_wrongly(columns, candidates, anchors) == 0);
  const auto by_rows = moment_problem<Loss>(rule, scale, -0.5, a, c, own);
  const auto by_columns = moment_problem<Loss>(columns, scale, -0.5, c, a, own);
  CHECK(difference_by_moments(by_rows) == "");
  CHECK(difference_of_both(by_rows, by_columns) == "");
  if (anchors == candidates) CHECK(difference_by_moments(moment_problem<Loss>(rule, scale, -0.5, a, a, own)) == "");
}
template <class T, class Loss>
void check_rules(index_t rows, double scale, double likeness = 0) {
  std::vector<int> labels, others;
  for (int i = 0; i < static_cast<int>(rows); ++i) labels.push_back(i < rows / 3 ? 0 : i < rows / 2 ? i / 3 : i);
  for (int i = 0; i < static_cast<int>(rows) + 5; ++i) others.push_back(i % 4 == 0 ? 0 : i % 7 == 0 ? 7 : i * 2);
  check_rule<T, Loss>("every_negative", every_negative{}, rows, rows, scale, likeness);
  check_rule<T, Loss>("diagonal", diagonal_targets{}, rows, rows + 5, scale, likeness);
  check_rule<T, Loss>("diagonal", diagonal_targets{}, rows, rows, scale, likeness);
  check_rule<T, Loss>("other_rows", other_rows{}, rows, rows, scale, likeness);
  check_rule<T, Loss>("labels", label_targets{.labels = labels}, rows, rows, scale, likeness);
  check_rule<T, Loss>("labels of both", label_targets{.labels = labels, .candidate_labels = others}, rows, rows + 5,
                      scale, likeness);
  check_rule<T, Loss>("hidden others", label_targets{.labels = labels, .others = visibility::hidden}, rows, rows, scale,
                      likeness);
  check_rule<T, Loss>("ignored", label_targets{.labels = labels, .ignored = 0, .ignored_anchors = ignored_anchor::keep},
                      rows, rows, scale, likeness);
  std::vector<int> classes, members;
  for (int i = 0; i < static_cast<int>(rows); ++i) classes.push_back(i % 5 == 0 ? -1 : i * 3 % 7);
  for (int i = 0; i < static_cast<int>(rows); ++i) members.push_back(i % 9 == 0 ? -1 : i % 3);
  check_rule<T, Loss>("class_targets", class_targets{.labels = classes, .ignored = -1}, rows, rows + 7, scale,
                      likeness);
  check_rule<T, Loss>("member_targets", member_targets{.labels = members, .ignored = -1}, 7, rows, scale, likeness);
}

}  // namespace

TEST_CASE("By moments, every rule by keys gives the naive statistics in double", "[engine]") {
  for (const index_t rows : {1, 5, 191, 193, 400}) check_rules<double, attracting_moments>(rows, 1 / 0.07);
  check_rules<double, counting_moments>(193, 1);
  check_rules<double, only_positives>(193, 1);
}

TEST_CASE("By moments, every rule by keys gives the naive statistics in float", "[engine]") {
  for (const index_t rows : {1, 5, 191, 193, 400}) check_rules<float, attracting_moments>(rows, 1 / 0.07);
  check_rules<float, counting_moments>(193, 1);
  check_rules<float, only_positives>(193, 1);
}

TEST_CASE("By moments, losses near 0 and temperatures to 0.001 keep their digits", "[engine]") {
  for (const double scale : {1.0, 20.0, 60.0, 100.0, 1000.0, -30.0}) {
    check_rule<float, attracting_moments>("diagonal", diagonal_targets{}, 50, 50, scale);
    check_rule<double, attracting_moments>("diagonal", diagonal_targets{}, 50, 50, scale);
    check_rule<float, counting_moments>("diagonal, alike", diagonal_targets{}, 50, 50, scale, 0.9);
  }
}

TEST_CASE("A batch and a queue by moments", "[engine]") {
  std::vector<int> labels;
  for (int i = 0; i < 200; ++i) labels.push_back(i % 60);
  for (const visibility others : {visibility::visible, visibility::hidden}) {
    const auto targets = segments(label_targets{.labels = labels, .others = others}, every_negative{});
    const auto a = moment_rows<float>(200, 20, 1, mixcon::rows::unit),
               c = moment_rows<float>(330, 20, 2, mixcon::rows::unit);
    const detail::packed_rows<float> own(0, 20);
    const auto bound = targets.bind(pair_space{200, 330, 0, {200, 130}});
    const auto by_rows = moment_problem<attracting_moments>(bound.rule(), 10, 0, a, c, own);
    CHECK(difference_by_moments(by_rows) == "");
    const auto turned = detail::transposed_rule_of(bound.rule());
    CHECK(pairs_described_wrongly(bound.rule(), 200, 330) == 0);
    CHECK(pairs_described_wrongly(turned, 330, 200) == 0);
    CHECK(difference_of_both(by_rows, moment_problem<attracting_moments>(turned, 10, 0, c, a, own)) == "");
  }
}
