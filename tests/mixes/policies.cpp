// SPDX-License-Identifier: BSD-3-Clause
// What holds for every policy of `all_mixes`, and what is particular to each.
#include "mix/batches.hpp"
#include "mixes/side_inputs.hpp"
#include "support/catch.hpp"

#include <mixcon/mix/draw/pairing_by_distance.hpp>
#include <mixcon/mix/labels/pair_targets.hpp>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

using namespace mixcon_test;

namespace {

const image_shape small{.samples = 6, .channels = 2, .rows = 6, .columns = 20};
const std::vector<int> labels{0, 1, 0, 2, 1, 0};

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("every header that defines a policy is in the list", "[mix]") {
  std::set<std::string> listed;
  all_mixes::for_each_of<mix_shape::policy>([&](const auto& mix) { listed.emplace(mix.name); });
  all_mixes::for_each_of<mix_shape::policy_of_values>([&](const auto& mix) { listed.emplace(mix.name); });
  const std::filesystem::path headers = "include/mixcon/mixes";
  index_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(headers)) {
    if (entry.path().extension() != ".hpp") continue;
    const std::string text = text_of(entry.path());
    if (text.find("mix_plan<") == std::string::npos || text.find(" plan(const") == std::string::npos ||
        entry.path().stem() == "gated")  // wraps any policy
      continue;
    ++found;
    INFO(entry.path().filename() << " has a policy that all_mixes.hpp does not list");
    CHECK(listed.count(entry.path().stem().string()) == 1);
  }
  CHECK(found == static_cast<index_t>(listed.size()));
}

TEST_CASE("the same seed and step give the same plan, others another", "[mix]") {
  const side_inputs inputs;
  all_mixes::for_each_of<mix_shape::policy>([&](const auto& listed) {
    INFO(listed.name);
    const auto& mix = listed.made;
    const auto plan = inputs.plan_of(mix, {.seed = 1, .step = 2});
    CHECK(plan == inputs.plan_of(mix, {.seed = 1, .step = 2}));
    if (listed.name == "guidedmixup") return;  // draws nothing: its pairing looks at saliency alone
    CHECK_FALSE(plan == inputs.plan_of(mix, {.seed = 2, .step = 2}));
    CHECK_FALSE(plan == inputs.plan_of(mix, {.seed = 1, .step = 3}));
  });
}

TEST_CASE("P6: where the label follows the area, lambda is the mean of what is kept", "[mix]") {
  const auto check = [](const auto& plan, const image_shape& shape) {
    for (index_t i = 0; i < shape.samples; ++i) {
      double sum = 0;
      for_each_place(axes<3>{1, shape.rows, shape.columns}, [&](axes<3> place) {
        place[0] = i;
        sum += kept(plan, place);
      });
      CHECK(plan.lambda_of(i) == Approx(sum / static_cast<double>(shape.rows * shape.columns)).epsilon(1e-14));
    }
  };
  for (std::uint64_t step = 0; step < 20; ++step) {
    const philox_draws draws{.seed = 6, .step = step};
    check(cutmix<>{.per = granularity::sample}.plan(small, draws), small);
    check(cutmix<>{}.plan(small, draws), small);
    check(universum<pasted_boxes>{.per = granularity::sample}.plan(small, draws, labels), small);
    check(cutmix<>{.per = granularity::sample}.plan(signal_shape{.samples = 6, .steps = 20}, draws),
          image_shape{.samples = 6, .rows = 1, .columns = 20});
  }
}

TEST_CASE("what a sample draws does not depend on the size of the batch", "[mix]") {
  const philox_draws draws{.seed = 7};
  const auto few = mixup<>{.per = granularity::sample}.plan(6, draws);
  const auto many = mixup<>{.per = granularity::sample}.plan(60, draws);
  CHECK(few.lambda == std::vector<double>(many.lambda.begin(), many.lambda.begin() + 6));
  image_shape larger = small;
  larger.samples = 60;
  const auto few_boxes = cutmix<>{.per = granularity::sample}.plan(small, draws).region.boxes;
  const auto many_boxes = cutmix<>{.per = granularity::sample}.plan(larger, draws).region.boxes;
  CHECK(few_boxes == std::vector<box>(many_boxes.begin(), many_boxes.begin() + 6));
}

TEST_CASE("one draw a pair serves both of its members", "[mix]") {
  const philox_draws draws{.seed = 8};
  const cutmix<beta_lambda, pairing::reverse> policy{.per = granularity::pair};
  const auto plan = policy.plan(small, draws);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(plan.region.boxes[i] == plan.region.boxes[5 - i]);
    CHECK(plan.lambda[i] == plan.lambda[5 - i]);
  }
  CHECK_FALSE(plan.region.boxes[0] == plan.region.boxes[1]);
  const mixup<beta_lambda, pairing::reverse> reversed{.per = granularity::pair};
  CHECK_THROWS_WITH(reversed.plan(5, draws), ContainsSubstring("granularity::pair with 5 samples"));
  const mixup<beta_lambda, pairing::shift> shifted{.per = granularity::pair};
  CHECK_THROWS_WITH(shifted.plan(6, draws), ContainsSubstring("pairs must be mutual"));
  const mixup<beta_lambda, pairing::from_bank> banked{.pairing = {.size = 900}, .per = granularity::pair};
  CHECK_THROWS_WITH(banked.plan(6, draws), ContainsSubstring("pairs must be mutual"));
}

TEST_CASE("alpha = 0 means off: everybody stays as they are", "[mix]") {
  const philox_draws draws{.seed = 9};
  const std::vector<index_t> themselves{0, 1, 2, 3, 4, 5};
  CHECK(mixup<>{.lambda = {.alpha = 0}}.plan(small, draws) == mix_plan<interpolated>{themselves, {1}, {}});
  CHECK(cutmix<>{.lambda = {.alpha = 0}}.plan(small, draws) == mix_plan<pasted_boxes>{themselves, {1}, {{box{}}}});
  CHECK(cutmix<>{.lambda = {.alpha = 0}}.plan(signal_shape{6, 1, 9}, draws) ==
        mix_plan<pasted_intervals>{themselves, {1}, {{interval{}}}});
}

TEST_CASE("i-Mix: folded lambdas, one a sample, keep the own share at least one half", "[mix]") {
  const mixup<folded<>> policy{.per = granularity::sample};
  const auto plan = policy.plan(200, philox_draws{.seed = 10});
  CHECK(plan.lambda.size() == 200);
  for (const double lambda : plan.lambda) CHECK(lambda >= 0.5);
  for (const double lambda : cutmix<folded<>>{.per = granularity::sample}.plan(small, philox_draws{}).lambda)
    CHECK(lambda >= 0.5);
}

TEST_CASE("a pairing looks at what the caller hands on", "[mix]") {
  const philox_draws draws{.seed = 11};
  const mixup<beta_lambda, pairing::same_class> alike{};
  CHECK(pairing::shares_class(labels, alike.plan(6, draws, labels).partner) == std::vector<char>(6, 1));
  CHECK_THROWS_WITH(alike.plan(5, draws, labels),
                    ContainsSubstring("the batch has 5 samples, what the pairing looks at has 6"));
  const std::vector<float> features{0, 1, 3, 3.5, 8, 9};
  const cutmix<beta_lambda, pairing::nearest> near{.pairing = {.metric = pairing::likeness::euclidean}};
  CHECK(near.plan(small, draws, matrix_view<const float>(features.data(), {6, 1})).partner ==
        std::vector<index_t>{1, 0, 3, 2, 5, 4});
}

TEST_CASE("universum partners are of another class, and the shares are those asked for", "[mix]") {
  for (std::uint64_t step = 0; step < 50; ++step) {
    const philox_draws draws{.seed = 12, .step = step};
    const auto mixed = universum<interpolated>{.partner_share = 0.3}.plan(small, draws, labels);
    CHECK(pairing::shares_class(labels, mixed.partner) == std::vector<char>(6, 0));
    CHECK(mixed.lambda == std::vector<double>{0.7});
    const auto pasted = universum<pasted_boxes>{}.plan(small, draws, labels);
    CHECK(pairing::shares_class(labels, pasted.partner) == std::vector<char>(6, 0));
    CHECK(pasted.region.own_inside);
    CHECK((pasted.lambda[0] >= 0.45 && pasted.lambda[0] <= 0.55));
  }
  workspace memory;
  mix_plan<interpolated> mixed;
  mix_plan<pasted_boxes> pasted;
  index_t bytes = 0;
  for (std::uint64_t step = 0; step < 5; ++step) {
    const philox_draws draws{.seed = 12, .step = step};
    universum<>{}.plan_again(mixed, small, draws, labels, memory);
    CHECK(mixed == universum<>{}.plan(small, draws, labels));
    universum<pasted_boxes>{.per = granularity::sample}.plan_again(pasted, small, draws, labels, memory);
    CHECK(pasted == universum<pasted_boxes>{.per = granularity::sample}.plan(small, draws, labels));
    if (step == 0) bytes = memory.bytes();
    CHECK(memory.bytes() == bytes);
  }
  CHECK(bytes > 0);
  const std::vector<int> equal(6, 1);
  CHECK_THROWS_WITH(universum<>{}.plan(small, philox_draws{}, equal), ContainsSubstring("all 6 labels are equal"));
  CHECK_THROWS_WITH(universum<>{.partner_share = 1.5}.plan(small, philox_draws{}, labels),
                    ContainsSubstring("universum: lambda is 1.5"));
  const image_shape tiny{.samples = 6, .rows = 8, .columns = 8};
  CHECK_THROWS_WITH(universum<pasted_boxes>{}.plan(tiny, philox_draws{}, labels), ContainsSubstring("accept_area"));
}

TEST_CASE("policies refuse an empty batch", "[mix]") {
  const philox_draws draws;
  CHECK_THROWS_WITH(mixup<>{}.plan(0, draws), ContainsSubstring("mixup: the batch has 0 samples"));
  CHECK_THROWS_WITH(cutmix<>{}.plan(image_shape{.samples = 0, .rows = 4, .columns = 4}, draws),
                    ContainsSubstring("cutmix: the batch has 0 samples"));
}

TEST_CASE("these plans come from seed 2024 on every compiler, flag set and platform", "[mix]") {
  const philox_draws draws{.seed = 2024, .step = 7};
  CHECK(to_string(mixup<>{.lambda = {.alpha = 0.2}, .per = granularity::sample}.plan(4, draws)) ==
        "partner [0, 3, 2, 1], lambda [0.99992906863746667, 0.76930483140416828, 0.016881531260474279, "
        "0.94903124149985607], lerp");
  CHECK(to_string(mixup<folded<rescaled<>>, pairing::derangement>{.lambda = {{.k = 0.5}}}.plan(5, draws)) ==
        "partner [1, 2, 0, 4, 3], lambda [0.6320047589055735], lerp");
  CHECK(to_string(cutmix<>{.per = granularity::sample}.plan(small, draws)) ==
        "partner [4, 2, 1, 3, 5, 0], lambda [0.69999999999999996, 0.6333333333333333, 0.8666666666666667, "
        "0.69999999999999996, 0.55000000000000004, 1], partner inside boxes [[0, 3, 0, 12], [2, 6, 9, 20], [0, 2, 12, "
        "20], [0, 4, 0, 9], [0, 3, 1, 19], [0, 0, 16, 20]]");
  CHECK(to_string(cutmix<beta_lambda, pairing::derangement, continuous_box>{}.plan(small, draws)) ==
        "partner [5, 4, 3, 1, 2, 0], lambda [0.56666666666666665], partner inside boxes [[0, 4, 0, 13]]");
  CHECK(to_string(cutmix<>{.lambda = {.alpha = 4}}.plan(signal_shape{3, 1, 1000}, draws)) ==
        "partner [1, 2, 0], lambda [0.80899999999999994], partner inside intervals [[490, 681]]");
  CHECK(to_string(universum<pasted_boxes>{}.plan(small, draws, labels)) ==
        "partner [4, 5, 3, 1, 3, 4], lambda [0.46666666666666667], own inside boxes [[2, 6, 3, 17]]");
}
