// SPDX-License-Identifier: BSD-3-Clause
// Policies on images: what each plans from given draws, its ends, and what it refuses. docs/mixes/ quotes the calls.
#include "mix/batches.hpp"
#include "support/catch.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mix/draw/gated.hpp>
#include <mixcon/mix/solve/saliency.hpp>

using namespace mixcon_test;

namespace {

const image_shape shape{.samples = 4, .channels = 3, .rows = 10, .columns = 14};
const philox_draws draws{.seed = 5};

/// Draws with partners 1, 0, 3, 2.
recorded_draws swapped() {
  recorded_draws recorded;
  recorded.record("partner", {1, 0, 3, 2});
  return recorded;
}

}  // namespace

TEST_CASE("mixup_or_cutmix: each sample by its own switch; the gate leaves some alone", "[mix]") {
  recorded_draws recorded;
  recorded.record("gate", {0.1, 0.2, 0.95, 0.3});
  recorded.record("switch", {0.4, 0.6, 0.4, 0.1});
  recorded.record("lambda", {0.9, 0.3, 0.9, 0.9});
  recorded.record("lambda_of_cutmix", {0.75, 0, 0, 0});
  recorded.record("box_row", {5, 0, 0, 9}), recorded.record("box_column", {7, 0, 0, 13});
  const mixup_or_cutmix<> policy{.probability = 0.9, .per = granularity::sample};
  const auto plan = policy.plan(shape, recorded);
  CHECK(plan.partner == std::vector<index_t>{3, 2, 1, 0});
  CHECK(plan.region.pastes == std::vector<index_t>{1, 0, 1, 1});
  CHECK(plan.region.boxes[0] == box{3, 7, 4, 10});
  CHECK(plan.region.boxes[3] == box{4, 10, 6, 14});
  CHECK(plan.lambda == std::vector<double>{1 - 24.0 / 140, 0.3, 1, 1 - 48.0 / 140});
  const auto pairs = mixup_or_cutmix<>{.per = granularity::pair}.plan(shape, draws);
  for (std::size_t i = 0; i < 4; ++i) CHECK(pairs.lambda[i] == pairs.lambda[3 - i]);
  for (const double alpha : {0.0, 1.0}) {  // one of the two switched off
    const mixup_or_cutmix<> one{.mixup = {1 - alpha}, .cutmix = {alpha}, .per = granularity::sample};
    for (const index_t pastes : one.plan(shape, draws).region.pastes) CHECK(pastes == (alpha == 1 ? 1 : 0));
  }
  CHECK(mixup_or_cutmix<>{.mixup = {0}, .cutmix = {0}}.plan(shape, draws).partner == pairing::identity(4));
  CHECK_THROWS_WITH(mixup_or_cutmix<>{.probability = 2}.plan(shape, draws),
                    "mixup_or_cutmix: the probability is 2; expected a number in [0, 1].");
  image_shape odd = shape;
  odd.samples = 5;
  CHECK_THROWS_WITH(mixup_or_cutmix<>{.per = granularity::pair}.plan(odd, draws),
                    ContainsSubstring("granularity::pair with 5 samples"));
}

TEST_CASE("un_mix_policy: one switch and one lambda for the batch, partners reversed", "[mix]") {
  const auto whole = un_mix_policy{.global_probability = 1}.plan(shape, draws);
  const auto boxes = un_mix_policy{.global_probability = 0}.plan(shape, draws);
  CHECK(whole.partner == std::vector<index_t>{3, 2, 1, 0});
  CHECK((!whole.region.pasted(0) && boxes.region.pasted(0)));
  CHECK(boxes.lambda[0] == 1 - share(boxes.region.of(0), shape));
  std::vector<float> numbers{0, 1, 2, 3, 4, 5};
  const auto back = reversed(matrix_view<float>(numbers.data(), {3, 2}));
  CHECK((back(0, 0) == 4 && back(0, 1) == 5 && back(2, 1) == 1));
}

TEST_CASE("cutout and random_erasing overwrite boxes and keep labels", "[mix]") {
  recorded_draws recorded;
  recorded.record("box_row", {5, 0, 9, 5}), recorded.record("box_column", {7, 0, 13, 7});
  const auto plan = cutout<>{.value = 0.5}.plan(shape, recorded);
  CHECK(plan.region.boxes == std::vector<box>{{3, 7, 4, 10}, {0, 2, 0, 3}, {7, 10, 10, 14}, {3, 7, 4, 10}});
  CHECK((plan.region.value == 0.5 && plan.lambda == std::vector<double>{1} && plan.partner == pairing::identity(4)));

  recorded_draws erasing;
  erasing.record("gate", {0.6, 0.2, 0.2, 0.2});
  erasing.record("area", {0, 0.25, 0.25, 0.25}), erasing.record("aspect", {0, 0, 0.5, 1.0});
  erasing.record("box_top", {0, 2, 0, 0}), erasing.record("box_left", {0, 8, 1, 10});
  const auto erased = random_erasing{.probability = 0.5}.plan(shape, erasing);
  // sides sqrt(35 e^aspect) and sqrt(35 / e^aspect), rounded
  CHECK(erased.region.boxes == std::vector<box>{{}, {2, 8, 8, 14}, {0, 8, 1, 6}, {0, 10, 10, 14}});
  index_t count = 0;
  const auto many = random_erasing{}.plan({2000, 1, 20, 30}, draws);
  for (const box& b : many.region.boxes) {
    CHECK((b.top >= 0 && b.bottom <= 20 && b.left >= 0 && b.right <= 30));
    count += b.area() > 0 ? 1 : 0;
  }
  CHECK((count > 900 && count < 1100));
  CHECK_THROWS_WITH(random_erasing{.low = 0}.plan(shape, draws), ContainsSubstring("expected 0 < low <= high <= 1"));
  CHECK_THROWS_WITH(random_erasing{.aspect = 0}.plan(shape, draws), ContainsSubstring("the aspect is 0"));
}

TEST_CASE("resizemix: the whole partner in a box that the border cuts off", "[mix]") {
  recorded_draws recorded = swapped();
  recorded.record("lambda", {0.5}), recorded.record("box_row", {9}), recorded.record("box_column", {3});
  const auto plan = resizemix<>{}.plan(shape, recorded);
  CHECK(plan.region.boxes == std::vector<box>{{7, 10, 0, 6}});
  CHECK((plan.region.sources.empty() && plan.lambda == std::vector<double>{1 - 18.0 / 140}));
  const auto tiny = resizemix<uniform_lambda>{.tau = {0.1, 0.12}}.plan(shape, draws);
  CHECK((tiny.region.of(0).area() == 0 && tiny.lambda[0] == 1));  // sides below two pixels: nothing is pasted
}

TEST_CASE("saliencymix: the box lies around the peak of the partner's map", "[mix]") {
  std::vector<double> maps(4 * 10 * 14, 0.25);
  const tensor_view<double, 3> saliency(maps.data(), {4, 10, 14});
  saliency(1, 2, 11) = 0.9, saliency(1, 4, 3) = 0.9;  // ties go to the first
  saliency(0, 8, 0) = 1, saliency(3, 5, 6) = 0.5, saliency(2, 9, 13) = 0.26;
  recorded_draws recorded = swapped();
  recorded.record("lambda", {0.75, 0.75, 0.75, 0.75});
  const auto plan = saliencymix<>{}.plan(shape, recorded, saliency);
  CHECK(plan.region.boxes == std::vector<box>{{0, 4, 8, 14}});
  const auto each = saliencymix<>{.per = granularity::sample}.plan(shape, recorded, saliency);
  CHECK(each.region.boxes == std::vector<box>{{0, 4, 8, 14}, {6, 10, 0, 3}, {3, 7, 3, 9}, {7, 10, 10, 14}});
  CHECK(each.lambda[1] == 1 - 12.0 / 140);
  saliency(2, 0, 0) = 1.5;
  CHECK_THROWS_WITH(saliencymix<>{.per = granularity::sample}.plan(shape, recorded, saliency),
                    ContainsSubstring("the saliency of sample 2 holds 1.5"));
  CHECK_THROWS_WITH(saliencymix<>{}.plan({4, 3, 10, 13}, recorded, saliency),
                    ContainsSubstring("saliency is (4, 10, 14) for 4 images of 10 x 13"));
}

TEST_CASE("attentivemix keeps the cells of the largest scores", "[mix]") {
  std::vector<double> numbers(4 * 2 * 2 * 2, 0);
  const tensor_view<double, 4> features(numbers.data(), {4, 2, 2, 2});
  features(0, 0, 1, 0) = 3, features(0, 1, 0, 1) = 2, features(1, 0, 0, 0) = -1;  // cell 0 of sample 1 is the least
  const auto plan = attentivemix<>{.top_k = 2}.plan(shape, swapped(), features);
  CHECK(plan.lambda == std::vector<double>{0.5});
  const auto kept = plan.region.shares.view();
  CHECK((kept(0, 0, 9, 0) == 1 && kept(0, 0, 0, 13) == 1 && kept(0, 0, 0, 0) == 0 && kept(0, 0, 9, 13) == 0));
  CHECK((kept(1, 0, 0, 0) == 0 && kept(1, 0, 0, 13) == 1 && kept(1, 0, 9, 0) == 1));  // ties: the lower cell
  CHECK_THROWS_WITH(attentivemix<>{.top_k = 5}.plan(shape, draws, features),
                    ContainsSubstring("top_k is 5; expected 1 to 4"));
  CHECK_THROWS_WITH(attentivemix<>{}.plan({4, 3, 10, 15}, draws, features),
                    ContainsSubstring("do not divide images of 10 x 15"));
}

TEST_CASE("fmix: as many own pixels as lambda says, in one dark and one bright part; soft edges fall from 1 to 0",
          "[mix]") {
  for (const double lambda : {0.0, 0.3, 1.0}) {
    const auto plan = fmix<fixed_lambda>{.lambda = {lambda}}.plan(shape, draws);
    CHECK(std::abs(static_cast<double>(140 - zeros(plan.region.shares)) - 140 * lambda) <= 1);
    CHECK(plan.lambda == std::vector<double>{lambda});
  }
  const fmix<> policy{};
  const std::vector<double> grey = policy.grey(shape, draws.within("fmix"), 0);
  const auto plan = fmix<fixed_lambda>{.lambda = {0.4}}.plan(shape, draws);
  double darkest_own = 1, brightest_partner = 0;
  for (std::size_t k = 0; k < grey.size(); ++k) {
    if (plan.region.shares.values[k] == 1) darkest_own = std::min(darkest_own, grey[k]);
    if (plan.region.shares.values[k] == 0) brightest_partner = std::max(brightest_partner, grey[k]);
  }
  CHECK(darkest_own >= brightest_partner);
  const auto soft = fmix<fixed_lambda>{.lambda = {0.5}, .max_soft = 0.1}.plan(shape, draws);
  CHECK(soft.region.shares.mean(0) == Approx(0.5).margin(0.01));
  index_t between = 0;
  for (const double value : soft.region.shares.values) between += value > 0 && value < 1 ? 1 : 0;
  CHECK(between == 26);  // 28 pixels, ends included
  const auto signals = fmix<>{.per = granularity::sample}.plan(signal_shape{4, 1, 50}, draws);
  CHECK(signals.region.shares.extents == axes<4>{4, 1, 1, 50});
  CHECK(fmix<>{}.plan({3, 1, 1, 1}, draws).region.shares.values.size() == 1);
  for (const double decay : {0.0, 60.0, 1e300}) {  // frequency^-decay itself is far beyond float
    const auto extreme = fmix<fixed_lambda>{.lambda = {0.4}, .decay = decay}.plan(shape, draws);
    CHECK(140 - zeros(extreme.region.shares) == 56);
  }
  CHECK_THROWS_WITH(fmix<>{.max_soft = 0.6}.plan(shape, draws), ContainsSubstring("must be in [0, 0.5]"));
  CHECK_THROWS_WITH(fmix<>{.decay = -1}.plan(shape, draws), ContainsSubstring("decay is -1"));
}

TEST_CASE("smoothmix: a round spot of the partner, labels by its mean", "[mix]") {
  recorded_draws recorded = swapped();
  recorded.record("spot_size", {0.5}), recorded.record("spot_row", {8}), recorded.record("spot_column", {2});
  const auto plan = smoothmix<>{}.plan(shape, recorded);
  const double sigma = 3.75, down = 3, across = -5;
  double sum = 0;
  for (index_t y = 0; y < 10; ++y)
    for (index_t x = 0; x < 14; ++x) {
      const double r = static_cast<double>(y) - 4.5 - down, c = static_cast<double>(x) - 6.5 - across;
      const double own = 1 - std::exp(-(r * r + c * c) / (2 * sigma * sigma));
      CHECK(plan.region.shares.view()(0, 0, y, x) == Approx(own).margin(1e-14));
      sum += own;
    }
  CHECK(plan.lambda[0] == Approx(sum / 140));
}

TEST_CASE("guidedmixup: pixels by saliency, partners far apart", "[mix]") {
  std::vector<double> maps(4 * 10 * 14, 1);
  const tensor_view<double, 3> saliency(maps.data(), {4, 10, 14});
  saliency(0, 0, 0) = 141, saliency(1, 0, 0) = 0, saliency(0, 0, 1) = saliency(1, 0, 1) = 0;
  const auto plan = guidedmixup<pairing::random_permutation>{}.plan(shape, swapped(), saliency);
  const double own = 1.0 / (141 + 138), other = 1.0 / 138;
  CHECK(plan.region.shares.view()(0, 0, 5, 5) == Approx(own / (own + other)));
  CHECK((plan.region.shares.view()(0, 0, 0, 0) == 1 && plan.region.shares.view()(0, 0, 0, 1) == 0.5));
  CHECK(plan.lambda[0] == Approx(plan.region.shares.mean(0)));
  const auto apart = guidedmixup<>{}.plan(shape, draws, saliency);
  for (index_t i = 0; i < 4; ++i) CHECK(apart.partner_of(i) != i);
  saliency(1, 1, 1) = -1;
  CHECK_THROWS_WITH(guidedmixup<>{}.plan(shape, draws, saliency), ContainsSubstring("of sample 1 holds -1"));

  std::vector<double> blurred(maps.size());
  const tensor_view<double, 3> smooth(blurred.data(), {4, 10, 14});
  blurred_saliency(saliency, smooth);
  CHECK(smooth(3, 4, 4) == Approx(1));  // a flat map stays, border included
  CHECK(smooth(3, 0, 0) == Approx(1));
  std::vector<float> up{3, 0, 4, 0};
  std::vector<float> norm(2);
  gradient_saliency(tensor_view<float, 4>(up.data(), {1, 2, 1, 2}), tensor_view<float, 3>(norm.data(), {1, 1, 2}));
  CHECK((norm[0] == Approx(std::sqrt(12.5)) && norm[1] == 0));
}

TEST_CASE("hconcat keeps the left columns, rounded with ties to even; stackmix puts both side by side", "[mix]") {
  for (const auto& [lambda, kept] : {std::pair{0.25, 4}, {0.5, 7}, {0.0, 0}, {1.0, 14}, {0.75, 10}}) {
    const auto plan = hconcat<fixed_lambda>{{lambda}}.plan(shape, draws);  // 3.5 and 10.5 go to even
    CHECK(plan.region.boxes[0] == box{0, 10, kept, 14});
    CHECK(plan.lambda[0] == static_cast<double>(kept) / 14);
  }
  CHECK(hconcat<fixed_lambda>{.lambda = {0.3}, .vertical = true}.plan(shape, draws).region.boxes[0] ==
        box{3, 10, 0, 14});

  const auto x = random_batch<float>(axes<3>{4, 5, 7}, 71);
  auto wide = empty_batch<float>(axes<3>{4, 5, 14}), narrow = empty_batch<float>(axes<3>{4, 5, 7});
  const auto plan = stackmix<>{}.plan(4, swapped());
  stack_columns(plan, x.of, x.of, wide.of);
  CHECK((wide.of(2, 3, 6) == x.of(2, 3, 6) && wide.of(2, 3, 7) == x.of(3, 3, 0) && plan.lambda[0] == 0.5));
  CHECK_THROWS_WITH(stack_columns(plan, x.of, x.of, narrow.of), ContainsSubstring("expected (4, 5, 14)"));
}

TEST_CASE("what a gate leaves alone comes back as it was, for every kind of plan", "[mix]") {
  const axes<4> extents{4, 3, 10, 14};
  const auto x = random_batch<float>(extents, 1);
  const auto leaves_alone = [&](const auto& region) {
    const mix_plan<std::decay_t<decltype(region)>> plan{pairing::identity(4), {1.0}, region};
    auto y = empty_batch<float>(extents), gradient = empty_batch<float>(extents);
    blend(plan, x.of, y.of);
    unblend(plan, x.of, gradient.of);
    CHECK(y.storage == x.storage);
    CHECK(gradient.storage == x.storage);
  };
  leaves_alone(interpolated::none());
  leaves_alone(pasted_boxes::none());
  leaves_alone(masked::none());
  leaves_alone(resized_boxes::none());
  leaves_alone(filled_boxes::none());
  leaves_alone(transported_tokens::none());
  leaves_alone(transported_blocks::none());
}

TEST_CASE("a gated policy mixes about as often as its probability says", "[mix]") {
  index_t mixed = 0;
  for (std::uint64_t step = 0; step < 400; ++step) {
    const gated<cutmix<>> policy{.probability = 0.25};
    const auto plan = policy.plan(shape, philox_draws{.seed = 9, .step = step});
    const bool unmixed = plan.partner == pairing::identity(4) && plan.lambda == std::vector<double>{1};
    mixed += unmixed ? 0 : 1;
  }
  CHECK((mixed > 70 && mixed < 130));
  CHECK_THROWS_WITH(gated<cutmix<>>{.probability = -1}.plan(shape, draws), ContainsSubstring("the probability is -1"));
}

TEST_CASE("channels-last images mix to the values of their channels-first copy", "[mix]") {
  const axes<4> last{4, 16, 16, 3}, first{4, 3, 16, 16};
  std::vector<float> pixels(4 * 3 * 16 * 16), mixed_pixels(pixels.size()), down_pixels(pixels.size());
  const auto images = as_nhwc(pixels, last), mixed = as_nhwc(mixed_pixels, last), down = as_nhwc(down_pixels, last);
  const auto copy = random_batch<float>(first, 17);
  auto mixed_copy = empty_batch<float>(first), down_copy = empty_batch<float>(first);
  for_each_place(first, [&](const axes<4>& place) { at(images, place) = at(copy.of, place); });
  const auto shape_of_both = image_shape_of(images);
  CHECK(shape_of_both == image_shape_of(copy.of));
  const auto saliency = random_batch<float>(axes<3>{4, 16, 16}, 18);
  std::vector<float> salient;
  for (const float value : saliency.storage) salient.push_back(std::abs(value) / 2);
  const tensor_view<const float, 3> maps(salient.data(), {4, 16, 16});
  const auto check = [&](const auto& plan) {
    blend(plan, images, mixed);
    blend(plan, copy.of, mixed_copy.of);
    std::fill(down_pixels.begin(), down_pixels.end(), 0.0F);
    std::fill(down_copy.storage.begin(), down_copy.storage.end(), 0.0F);
    unblend(plan, images, down);
    unblend(plan, copy.of, down_copy.of);
    index_t differing = 0;
    for_each_place(first, [&](const axes<4>& place) {
      differing += at(mixed, place) == at(mixed_copy.of, place) && at(down, place) == at(down_copy.of, place) ? 0 : 1;
    });
    INFO(to_string(plan.region).substr(0, 80));
    CHECK(differing == 0);
  };
  check(cutmix<>{.per = granularity::sample}.plan(shape_of_both, draws));
  check(cutout<>{}.plan(shape_of_both, draws));
  check(resizemix<>{}.plan(shape_of_both, draws));
  check(snapmix<>{}.plan(shape_of_both, draws));
  check(fmix<>{.max_soft = 0.2}.plan(shape_of_both, draws));
  check(patchup<>{.block_size = 3}.plan(shape_of_both, draws));
  check(saliencymix<>{}.plan(shape_of_both, draws, maps));
  check(guidedmixup<>{}.plan(shape_of_both, draws, maps));
  check(mixup_or_cutmix<>{.per = granularity::sample}.plan(shape_of_both, draws));
  const puzzlemix<> puzzle{.exponent_end = 4};
  const auto plan = puzzle.plan(images, draws, maps);
  CHECK(plan == puzzle.plan(copy.of, draws, maps));
  check(plan);
}
