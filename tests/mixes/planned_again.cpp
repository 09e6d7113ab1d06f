// SPDX-License-Identifier: BSD-3-Clause
// Policies that plan into a plan of before: the same plan, and nothing is allocated for a batch of the same size.
#include "support/catch.hpp"
#include "support/counted_allocations.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/draw/pairing_by_class.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/inputmix.hpp>
#include <mixcon/mixes/manifold_mixup.hpp>
#include <mixcon/mixes/mixup.hpp>
#include <mixcon/mixes/mixup_or_cutmix.hpp>
#include <mixcon/mixes/regmixup.hpp>
#include <mixcon/mixes/universum.hpp>

#include <cstdint>
#include <vector>

using namespace mixcon;
using mixcon_test::allocations;

namespace {

const image_shape images{.samples = 12, .channels = 2, .rows = 6, .columns = 20};
const image_shape more{.samples = 32, .channels = 2, .rows = 6, .columns = 20};
const signal_shape signals{.samples = 12, .channels = 2, .steps = 31};

/// Plans of several steps, each into that of the step before, which they equal and for which they allocate nothing.
/// The first is planned into `before`.
template <class Plan, class Policy, class... Shape>
void check_again(Plan before, const Policy& policy, const Shape&... shape) {
  for (std::uint64_t step = 0; step < 6; ++step) {
    const philox_draws draws{.seed = 3, .step = step};
    const long count = allocations;
    policy.plan_again(before, shape..., draws);
    const long allocated = allocations - count;
    CHECK((step == 0 || allocated == 0));
    CHECK(before == policy.plan(shape..., draws));
  }
}
/// From an empty plan, and from one of a larger batch by a policy that draws otherwise.
template <class Policy, class Other>
void check_policy(const Policy& policy, const Other& other) {
  using plan = decltype(policy.plan(images, philox_draws{}));
  check_again(plan{}, policy, images);
  check_again(other.plan(more, philox_draws{.seed = 4}), policy, images);
}
template <class Pairing>
void check_pairing(const Pairing& pairing) {
  check_again(mix_plan<interpolated>{}, mixup<beta_lambda, Pairing>{.pairing = pairing}, index_t{12});
}

/// A pairing of one's own that returns its partners and has no `draw`.
struct neighbours {
  template <class D>
  std::vector<index_t> operator()(index_t samples, const D& /*draws*/) const {
    std::vector<index_t> partner(static_cast<std::size_t>(samples));
    for (index_t i = 0; i < samples; ++i) partner[static_cast<std::size_t>(i)] = (i + 1) % samples;
    return partner;
  }
};

}  // namespace

TEST_CASE("A policy plans the same into a plan of before, and allocates nothing", "[mix]") {
  const mixup<> by_sample{.per = granularity::sample}, off{.lambda = {.alpha = 0}};
  check_policy(mixup<>{}, by_sample);
  check_policy(by_sample, off);
  check_policy(off, by_sample);
  check_policy(mixup<folded<>>{.per = granularity::sample}, mixup<>{});
  check_policy(regmixup<>{}, by_sample);
  check_policy(manifold_mixup<>{.per = granularity::sample}, off);

  const cutmix<> box{}, boxes{.per = granularity::sample}, no_box{.lambda = {.alpha = 0}};
  check_policy(box, boxes);
  check_policy(boxes, no_box);
  check_policy(no_box, boxes);
  auto own_inside = boxes.plan(more, philox_draws{});
  own_inside.region.own_inside = true;  // as a universum has it
  check_again(own_inside, boxes, images);
  check_again(mix_plan<pasted_intervals>{}, boxes, signals);
  check_again(boxes.plan(signals, philox_draws{}), no_box, signals);

  const inputmix one{.partners = 1}, three{.partners = 3}, none{.partners = 3, .alpha = 0};
  check_policy(one, three);
  check_policy(three, one);
  check_policy(none, three);

  const mixup_or_cutmix<> either{.switch_probability = 0.4, .per = granularity::sample},
      neither{{.alpha = 0}, {.alpha = 0}};
  check_policy(either, neither);
  check_policy(neither, either);
}

TEST_CASE("Pairings draw the same into a list of before, and allocate nothing", "[mix]") {
  check_pairing(pairing::random_permutation{});
  check_pairing(pairing::derangement{});
  check_pairing(pairing::derangement{.max_tries = 0});
  check_pairing(pairing::reverse{});
  check_pairing(pairing::shift{.by = -5});
  check_pairing(pairing::roll{.by = 3});
  check_pairing(pairing::from_bank{.size = 40});
}

TEST_CASE("With a workspace pairings by class allocate nothing either", "[mix]") {
  const std::vector<int> labels{0, 1, 0, 2, 1, 0, 3, 3, 9, 2, 1, 0};
  workspace memory;
  std::vector<index_t> alike(40), different;
  mix_plan<interpolated> blended;
  for (std::uint64_t step = 0; step < 4; ++step) {
    const philox_draws draws{.seed = 6, .step = step};
    const long count = allocations;
    pairing::same_class{}.draw(labels, draws, alike, memory);
    pairing::different_class{}.draw(labels, draws, different, memory);
    universum<>{}.plan_again(blended, images, draws, labels, memory);
    const long allocated = allocations - count;
    CHECK((step == 0 || allocated == 0));
    CHECK(alike == pairing::same_class{}(labels, draws));
    CHECK(different == pairing::different_class{}(labels, draws));
    CHECK(blended == universum<>{}.plan(images, draws, labels));
  }
}

TEST_CASE("A policy plans again by any pairing: by one that looks at labels, and by one of your own", "[mix]") {
  const std::vector<int> labels{0, 1, 0, 2, 1, 0, 3, 3, 9, 2, 1, 0};
  const mixup<beta_lambda, pairing::same_class> alike{};
  const cutmix<beta_lambda, neighbours> next{};
  mix_plan<interpolated> blended;
  mix_plan<pasted_boxes> pasted;
  for (std::uint64_t step = 0; step < 3; ++step) {
    const philox_draws draws{.seed = 7, .step = step};
    alike.plan_again(blended, images, draws, labels);
    CHECK(blended == alike.plan(images, draws, labels));
    next.plan_again(pasted, images, draws);
    CHECK(pasted == next.plan(images, draws));
  }
}

TEST_CASE("Targets are set again to those of another plan, and nothing is allocated", "[mix]") {
  const std::vector<int> labels{0, 1, 0, 2, 1, 0, 3, 3, 9, 2, 1, -100};
  pair_targets targets = pair_targets_of(mixup<>{}.plan(12, philox_draws{.seed = 9}), labels, ignored_label{-100});
  for (std::uint64_t step = 0; step < 3; ++step) {
    const auto plan = mixup<>{}.plan(12, philox_draws{.seed = 8, .step = step});
    const long count = allocations;
    pair_targets_again(targets, plan, labels);
    const long allocated = allocations - count;
    CHECK(allocated == 0);
    CHECK(targets == pair_targets_of(plan, labels));
    CHECK(targets != pair_targets_of(plan, labels, ignored_label{-100}));
  }
  const auto plan = mixup<>{}.plan(12, philox_draws{});
  CHECK_THROWS_WITH(pair_targets_again(targets, plan, std::vector<std::uint64_t>(12, ~std::uint64_t{0})),
                    ContainsSubstring("a label is 18446744073709551615"));
  CHECK(targets.samples() == 0);
}

TEST_CASE("What a refusal leaves of a plan is refused by blend", "[mix]") {
  const philox_draws draws;
  const std::vector<float> samples(12);
  std::vector<float> mixed(12);
  auto plan = mixup<>{}.plan(12, draws);
  blend(plan, samples, mixed);
  CHECK_THROWS_WITH(mixup<>{.lambda = {.alpha = -1}}.plan_again(plan, 12, draws), ContainsSubstring("alpha is -1"));
  CHECK_THROWS_WITH(blend(plan, samples, mixed), ContainsSubstring("the plan has 0 lambdas"));
  auto weighted = inputmix{}.plan(12, draws);
  CHECK_THROWS_WITH(inputmix{.partners = 0}.plan_again(weighted, 12, draws), ContainsSubstring("partners is 0"));
  CHECK_THROWS_WITH(blend(weighted, samples, mixed), ContainsSubstring("the plan has 0 lambdas"));
}
