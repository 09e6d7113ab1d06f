// SPDX-License-Identifier: BSD-3-Clause
// What kernels carry names all arrays that it refers to: with these copied elsewhere and the first ones gone, it says
// the same, bit for bit. (tests/layers sees to it that whatever refers to an array has each_view.)
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/bridge/class_pairs.hpp>
#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/each_view.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/all_losses.hpp>
#include <mixcon/losses/supmix.hpp>
#include <mixcon/losses/weighted_decoupled.hpp>
#include <mixcon/mixes/mixup.hpp>
#include <mixcon/negatives/negative_list.hpp>
#include <mixcon/negatives/search/false_negatives.hpp>

#include <cstring>
#include <deque>
#include <functional>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Copies of arrays, without gaps.
class elsewhere {
 public:
  template <class T, int Rank>
  tensor_view<const T, Rank> operator()(const tensor_view<const T, Rank>& view) {
    ++views_;
    if (!view) return view;
    auto& copy = copies_.emplace_back(static_cast<std::size_t>(view.size()) * sizeof(T));
    T* const to = reinterpret_cast<T*>(copy.data());
    if constexpr (Rank == 1)
      for (index_t i = 0; i < view.extent(0); ++i) to[i] = view[i];
    else
      for (index_t i = 0; i < view.extent(0); ++i)
        for (index_t k = 0; k < view.extent(1); ++k) to[i * view.extent(1) + k] = view(i, k);
    return {to, view.extents()};
  }
  int views() const { return views_; }

 private:
  std::deque<std::vector<unsigned char>> copies_;
  int views_ = 0;
};

/// Every role that a rule gives, as bits.
template <class Rule>
std::vector<std::uint64_t> roles_of(const Rule& rule, const pair_space& space) {
  std::vector<std::uint64_t> bits;
  const auto add = [&](const role<double>& r) {
    for (const double x : {r.weight, r.target, r.positive ? 1.0 : 0.0})
      bits.push_back(std::uint64_t{}), std::memcpy(&bits.back(), &x, sizeof x);
  };
  for (index_t a = 0; a < space.anchors; ++a) {
    if constexpr (requires { rule.template own<double>(a, index_t{}); })
      for (index_t j = 0; j < space.own; ++j) add(rule.template own<double>(a, j));
    if constexpr (requires { rule.template at<double>(a, a); })
      for (index_t c = 0; c < space.candidates; ++c) add(rule.template at<double>(a, c));
  }
  return bits;
}

/// Fills the free memory of a workspace with other numbers.
void overwrite(workspace& memory) {
  for (std::size_t bytes = 64; bytes <= 1U << 14U; bytes += 64) {
    std::vector<void*> taken;
    const index_t before = memory.bytes();
    do {
      taken.push_back(memory.take(bytes));
      std::memset(taken.back(), 1, bytes);
    } while (memory.bytes() == before);
    for (void* one : taken) memory.give_back(one);
  }
}

/// `spoil` overwrites the arrays of the caller that the targets refer to.
template <class Targets>
void check_rule(const char* name, const Targets& targets, pair_space space, int views,
                const std::function<void()>& spoil) {
  INFO(name);
  workspace memory;
  space.memory = &memory;
  elsewhere copies;
  std::optional bound(targets.bind(space));
  using Rule = decltype(bound->rule());
  STATIC_REQUIRE(std::is_trivially_copyable_v<Rule>);
  const auto expected = roles_of(bound->rule(), space);
  const Rule placed = with_views(bound->rule(), copies);
  bound.reset();
  overwrite(memory);
  spoil();
  CHECK(copies.views() == views);
  CHECK(roles_of(placed, space) == expected);
}

constexpr index_t samples = 6, count_of_rows = 12;
const pair_space all_rows{count_of_rows, count_of_rows, 0, {count_of_rows}};

}  // namespace

TEST_CASE("Every targets' rule names all of its arrays", "[contrast]") {
  std::vector<int> labels{0, 1, 2, 0, 1, 1};
  const auto spoil_labels = [&] { labels.assign(labels.size(), 7); };
  const auto nothing = [] {};
  const label_targets by_label{.labels = labels, .views = 2};
  check_rule("label_targets", by_label, all_rows, 3, spoil_labels);
  labels = {0, 1, 2, 0, 1, 1};
  check_rule("view_targets", view_targets{.samples = samples}, all_rows, 3, nothing);
  check_rule("diagonal_targets", diagonal_targets{}, all_rows, 0, nothing);
  check_rule("other_rows", other_rows{}, all_rows, 0, nothing);
  check_rule("every_negative", every_negative{}, all_rows, 0, nothing);
  check_rule("every_positive", every_positive{}, all_rows, 0, nothing);
  check_rule("first_own_targets", first_own_targets{}, {count_of_rows, 0, 3, {}}, 0, nothing);
  check_rule("class_targets", class_targets{.labels = labels}, {samples, 3, 0, {3}}, 1, spoil_labels);
  labels = {0, 1, 2, 0, 1, 1};
  check_rule("member_targets", member_targets{.labels = labels}, {3, samples, 0, {samples}}, 2, spoil_labels);
  labels = {0, 1, 2, 0, 1, 1};

  random_numbers draw(2);
  auto shares = random_embeddings<double>(count_of_rows, count_of_rows, draw), weights = shares;
  for (double& x : shares.entries()) x = x * x;
  for (double& x : weights.entries()) x = x * x + 0.5;
  check_rule("matrix_targets", matrix_targets{shares, weights}, all_rows, 2,
             [&] { shares = weights = matrix<double>(count_of_rows, count_of_rows, 9); });
  auto mask = random_embeddings<float>(samples, samples, draw);
  for (float& x : mask.entries()) x = x * x;
  check_rule("mask_targets", mask_targets{mask, 2}, all_rows, 2, [&] { mask = matrix<float>(samples, samples, 9); });

  std::vector<double> factors(static_cast<std::size_t>(count_of_rows), 0.5);
  factors[2] = -1;
  check_rule("scaled_targets", scaled_targets{by_label, factors}, all_rows, 4,
             [&] { factors.assign(factors.size(), 3); });
  check_rule("weighted_view_targets", weighted_view_targets{vector_view<const double>(factors.data(), {samples})},
             all_rows, 1, [&] { factors.assign(factors.size(), 4); });
  check_rule("segments", segments(by_label, class_targets{.labels = labels}),
             {samples, samples * 2 + 3, 0, {samples * 2, 3}, 0}, 4, spoil_labels);
  labels = {0, 1, 2, 0, 1, 1};
  check_rule("own_targets", own_targets<every_positive, class_targets>{{}, {.labels = labels}}, {samples, 3, 2, {3}}, 1,
             spoil_labels);
  labels = {0, 1, 2, 0, 1, 1};
  check_rule("un_mix_targets", un_mix_targets{}, {count_of_rows, 4, 2, {4}}, 0, nothing);

  auto plan = mixup<>{}.plan(count_of_rows, philox_draws{.seed = 1});
  check_rule("mixed_targets", mixed_targets{by_label, plan}, all_rows, 5,
             [&] { plan.lambda.assign(plan.lambda.size(), 0.125); });
  check_rule("supmix_targets", supmix_targets{.labels = labels, .lambda = 0.3}, all_rows, 4, spoil_labels);
  labels = {0, 1, 2, 0, 1, 1};
  pair_targets pairs{.own = {0, 1, 2}, .partner = {1, 1, 0}, .lambda = {0.25, 0.5, 1}};
  check_rule("class_pair_targets", class_pair_targets{pairs}, {3, 3, 0, {3}}, 3,
             [&] { pairs.lambda.assign(3, 0.125); });

  negative_list list(2, 3);
  for (index_t a = 0; a < 2; ++a)
    for (index_t s = 0; s < 3; ++s) list.key[static_cast<std::size_t>(a * 3 + s)] = static_cast<std::int32_t>(a + s);
  list.weight[1] = 0.5;
  check_rule("listed_targets", listed_targets{list}, {2, 0, 4, {}}, 2,
             [&] { list.weight.assign(6, 3), list.key.assign(6, 0); });
  STATIC_REQUIRE(requires(false_negative_targets::rule_type rule, elsewhere place) { rule.each_view(place); });
}

TEST_CASE("An evaluation of logits, statistics and losses whose arrays lie elsewhere is the same", "[contrast]") {
  random_numbers draw(3);
  const auto z = random_embeddings<double>(count_of_rows, 4, draw);
  const view_targets targets{.samples = samples};
  const auto check = [&](const char* name, auto criterion, int views, const std::function<void()>& spoil) {
    INFO(name);
    auto expected = zeros_like(z), got = zeros_like(z);
    const double value = value_and_grad(serial{}, criterion, targets, z, expected);
    elsewhere copies;
    const auto placed = with_views(criterion, copies);
    spoil();
    CHECK(copies.views() == views);
    CHECK(value_and_grad(serial{}, placed, targets, z, got) == value);
    CHECK(got == expected);
    const double spoiled = value_and_grad(serial{}, criterion, targets, z, got);
    CHECK(spoiled != value);  // the first arrays counted
  };
  std::vector<double> numbers;
  for (index_t i = 0; i < count_of_rows; ++i) numbers.push_back(0.1 + 0.05 * static_cast<double>(i));
  const auto first = numbers;
  const auto spoil = [&] { numbers.assign(numbers.size(), 0.7); };

  check("candidate_bias", objective{info_nce{}, cosine{}, candidate_bias{numbers}}, 2, spoil);
  numbers = first;
  auto scales = random_embeddings<double>(count_of_rows, count_of_rows, draw),
       biases = random_embeddings<double>(count_of_rows, count_of_rows, draw);
  check("pair_logits", objective{info_nce{}, cosine{}, pair_logits{scales, biases}}, 3, [&] { scales = biases; });
  check("weighted_softmax", objective{weighted_softmax{.kappa = view(numbers)}, cosine{}}, 2, spoil);
  numbers = first;
  auto weighted = objective{info_nce{}, cosine{}};
  weighted.reduce = reduction::weighted, weighted.weights = view(numbers);
  check("weights", weighted, 1, spoil);
  numbers = first;
  check("un_mix_loss", objective{un_mix_loss{.lambda = view(numbers)}, cosine{}}, 2, spoil);
}

TEST_CASE("The rules of a pair are plain data that name the arrays of all their parts", "[contrast]") {
  std::vector<double> kappa(12, 1.0);
  std::vector<int> labels(12, 1);
  auto bias = kappa;
  const auto criterion = objective{weighted_softmax{.kappa = view(kappa)}, cosine{}, candidate_bias{bias}};
  const label_targets targets{.labels = labels};
  random_numbers draw(1);
  const auto z = random_embeddings<float>(12, 3, draw);
  const serial executor;
  const auto evaluation = detail::evaluate_on_host(executor, "test", nullptr, criterion, targets, z, z);
  auto rules = evaluation.rows_problem().rules();
  STATIC_REQUIRE(std::is_trivially_copyable_v<decltype(rules)>);
  int views = 0;
  each_view(rules, [&](auto&) { ++views; });
  CHECK(views == 6);  // kappa of the loss and of its statistic, the bias, and three of the rule
}
