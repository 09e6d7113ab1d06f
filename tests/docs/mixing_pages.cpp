// SPDX-License-Identifier: BSD-3-Clause
// What docs/extend/a_policy.md and docs/mixes/README.md show.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wreturn-type"  // only main may end without a return; this one is never called
#define main side_by_side_example
#include "../../examples/06_your_own_policy.cpp"
#undef main
#pragma GCC diagnostic pop

#include "support/catch.hpp"

#include <mixcon/adapt/tensors/span.hpp>

using namespace mixcon;

// The parts of a plan and of a kind of plan, as the page writes them down.
namespace outline {

template <class Region>
struct mix_plan {
  std::vector<index_t> partner;  // (N)
  std::vector<double> lambda;    // (1) or (N)
  Region region;                 // interpolated, pasted_boxes, pasted_intervals
};

struct my_region {
  // plain data; comparable
  friend bool operator==(const my_region&, const my_region&) = default;
};
std::string to_string(const my_region&);

// Refuses what does not fit a batch of these extents.
template <int Rank>
void check_region(const mix_plan<my_region>&, const char* function, const axes<Rank>& extents);

// Writes mixed sample i. `own` and `mixed` are one sample (its inner axes), `partners` is the whole batch.
template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<my_region>&, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed);

// Add what sample i kept of itself, and what it took from its partner, to a gradient.
template <class T, int Inner>
void unblend_own(const mix_plan<my_region>&, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient);
template <class T, int Inner>
void unblend_partner(const mix_plan<my_region>&, index_t i, const tensor_view<const T, Inner>& upstream,
                     const tensor_view<T, Inner>& gradient);

}  // namespace outline

namespace {

TEST_CASE("side_by_side pastes from the seam on", "[mix]") {
  mixcon::recorded_draws draws;
  draws.record("partner", {1, 0});
  draws.record("seam", {3, 12});  // one number per sample
  const auto plan = side_by_side{}.plan({.samples = 2, .rows = 4, .columns = 12}, draws);
  CHECK(plan.lambda == std::vector<double>{0.25, 1.0});
}

TEST_CASE("the list takes one policy more", "[docs]") {
  using all_mixes = mix_list<mixup<>, cutmix<>, universum<interpolated>, universum<pasted_boxes>, side_by_side>;
  std::string names;
  all_mixes::for_each([&](const auto& listed) { names += std::string(listed.name) + ' '; });
  CHECK(names == "mixup cutmix universum universum side_by_side ");
}

TEST_CASE("a loop mixes without allocating as the page on executors says", "[docs]") {
  constexpr index_t samples = 8;
  constexpr std::uint64_t steps = 3;
  const mixup<> policy{};
  const std::vector<int> labels{0, 1, 2, 3, 0, 1, 2, 3};
  const std::vector<float> images{0, 1, 2, 3, 4, 5, 6, 7}, by_mixed(8, 1.0F);
  std::vector<float> mixed(8), by_images(8);
  mix_plan<interpolated> plan;
  pair_targets targets;
  workspace memory;
  for (std::uint64_t step = 0; step < steps; ++step) {
    policy.plan_again(plan, samples, philox_draws{.seed = 1, .step = step});
    pair_targets_again(targets, plan, labels);
    blend(plan, images, mixed, memory);
    unblend(plan, by_mixed, by_images, memory);
  }

  CHECK(plan == policy.plan(samples, philox_draws{.seed = 1, .step = 2}));
  CHECK(targets == pair_targets_of(plan, labels));
  double sum = 0;
  for (const float slope : by_images) sum += static_cast<double>(slope);
  CHECK(sum == Approx(3 * 8));  // shares of a sample sum to 1
}

TEST_CASE("channels-last images are mixed as the list of policies says", "[docs]") {
  const index_t samples = 8, height = 32, width = 32, channels = 3;
  std::vector<float> pixels(static_cast<std::size_t>(samples * height * width * channels)), mixed_pixels(pixels.size());
  for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = static_cast<float>(k / (32 * 32 * 3));
  const auto images = as_nhwc(pixels, {samples, height, width, channels});  // seen as (N, C, H, W), no copy
  const auto mixed = as_nhwc(mixed_pixels, {samples, height, width, channels});
  const auto plan = cutmix<>{}.plan(image_shape_of(images), philox_draws{.seed = 1});
  blend(plan, images, mixed);
  const box& b = plan.region.of(0);
  for (index_t y = 0; y < height; ++y)
    for (index_t x = 0; x < width; ++x) {
      const bool inside = b.top <= y && y < b.bottom && b.left <= x && x < b.right;
      CHECK(mixed_pixels[static_cast<std::size_t>((y * width + x) * channels)] ==
            static_cast<float>(inside ? plan.partner[0] : 0));
    }
}

TEST_CASE("the outline of a plan is that of the library's", "[docs]") {
  const outline::mix_plan<interpolated> page{{1, 0}, {0.5}, {}};
  const mix_plan<interpolated> ours{page.partner, page.lambda, page.region};
  CHECK(ours.samples() == 2);
}

}  // namespace
