// SPDX-License-Identifier: BSD-3-Clause
#include "support/agreement.hpp"
#include "support/catch.hpp"

#include <mixcon/mix/plan_json.hpp>
#include <mixcon/mixes/puzzlemix.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Images (N, 2, side, side) in [0, 1] and their saliency.
struct pictures {
  pictures(index_t samples, index_t of_side, std::uint64_t seed) : count(samples), side(of_side) {
    random_numbers draw(seed);
    for (index_t k = 0; k < samples * 2 * side * side; ++k) values.push_back(draw.uniform());
    for (index_t k = 0; k < samples * side * side; ++k) salient.push_back(draw.uniform(0.01, 1));
  }
  tensor_view<const double, 4> images() const { return {values.data(), {count, 2, side, side}}; }
  tensor_view<const double, 3> saliency() const { return {salient.data(), {count, side, side}}; }

  index_t count, side;
  std::vector<double> values, salient;
};

/// The least energy of all labellings.
std::int64_t least_of_all(const block_energy& energy) {
  const index_t count = energy.blocks * energy.blocks;
  std::vector<index_t> labelling(static_cast<std::size_t>(count));
  std::int64_t least = INT64_MAX;
  for (;;) {
    least = std::min(least, energy.scaled(labelling));
    index_t b = 0;
    while (b < count && ++labelling[static_cast<std::size_t>(b)] == energy.labels)
      labelling[static_cast<std::size_t>(b++)] = 0;
    if (b == count) return least;
  }
}

block_energy random_energy(index_t blocks, index_t labels, index_t least_strength, random_numbers& draw) {
  block_energy energy{.blocks = blocks, .labels = labels, .unary = {}, .down = {}, .across = {}};
  for (index_t k = 0; k < blocks * blocks * labels; ++k) energy.unary.push_back(draw.between(-100, 100));
  for (index_t k = 0; k < blocks * (blocks - 1); ++k) {
    energy.down.push_back(draw.between(least_strength, 80));
    energy.across.push_back(draw.between(least_strength, 80));
  }
  return energy;
}

}  // namespace

TEST_CASE("the labels of blocks have the least energy of all labellings", "[mix]") {
  random_numbers draw(1);
  for (int trial = 0; trial < 60; ++trial)
    for (const auto& [blocks, labels] : {std::pair<index_t, index_t>{1, 4}, {2, 2}, {2, 3}, {2, 5}, {3, 2}, {3, 3}}) {
      if (blocks == 3 && labels == 3 && trial > 3) continue;  // 19683 labellings each
      const block_energy energy = random_energy(blocks, labels, 0, draw);
      CHECK(energy.scaled(best_labels(energy)) == least_of_all(energy));
    }
}

TEST_CASE("neighbours that repel each other leave a minimum that no single block improves", "[mix]") {
  random_numbers draw(2);
  for (int trial = 0; trial < 30; ++trial) {
    const block_energy energy = random_energy(3, 2, -60, draw);
    std::vector<index_t> labels = best_labels(energy);
    const std::int64_t found = energy.scaled(labels);
    CHECK(found >= least_of_all(energy));
    for (index_t& label : labels) {
      label = 1 - label;
      CHECK(energy.scaled(labels) >= found);
      label = 1 - label;
    }
  }
}

TEST_CASE("puzzlemix shows salient blocks, each from the image whose they are", "[mix]") {
  pictures two(2, 8, 3);
  for (index_t k = 0; k < 64; ++k) {
    two.salient[static_cast<std::size_t>(k)] = k % 8 < 4 ? 1 : 1e-3;       // image 0: its left half
    two.salient[static_cast<std::size_t>(64 + k)] = k % 8 < 4 ? 1e-3 : 1;  // image 1: its right half
  }
  const puzzlemix<> policy{.labels = 2, .data_smoothness = 0, .moves_blocks = false};
  const auto plan = policy.plan_for(two.images(), two.saliency(), {1, 0}, 0.5, 4);
  for (index_t block = 0; block < 16; ++block) {
    CHECK(plan.region.share(0, block) == (block % 4 < 2 ? 1 : 0));
    CHECK(plan.region.share(1, block) == (block % 4 < 2 ? 0 : 1));
  }
  CHECK(plan.lambda == std::vector<double>{0.5, 0.5});
}

TEST_CASE("a block that is salient moves to where its image is shown", "[mix]") {
  // all saliency in block 0, which the mask hides; block 3 alone is shown
  const std::vector<index_t> shown = detail::transported({1, 0, 0, 0}, {0, 0, 0, 1}, 2, 0.1);
  CHECK(shown == std::vector<index_t>{0, 1, 2, 0});
  CHECK(detail::transported({1, 0, 0, 0}, {0, 0, 0, 1}, 2, 100) == std::vector<index_t>{0, 1, 2, 3});  // too far
}

TEST_CASE("unblend is the adjoint of blend for blocks that moved", "[mix]") {
  const pictures batch(4, 8, 5);
  const auto plan = puzzlemix<>{.least_exponent = 2, .exponent_end = 3}.plan(batch.images(), philox_draws{.seed = 7},
                                                                             batch.saliency());
  CHECK(plan.region.own_source.size() == 4 * 16);
  const pictures upstream(4, 8, 6);
  std::vector<double> mixed(batch.values.size()), gradient(batch.values.size());
  blend(plan, batch.images(), tensor_view<double, 4>{mixed.data(), {4, 2, 8, 8}});
  unblend(plan, upstream.images(), tensor_view<double, 4>{gradient.data(), {4, 2, 8, 8}});
  double forward = 0, backward = 0;
  for (std::size_t k = 0; k < mixed.size(); ++k) {
    forward += mixed[k] * upstream.values[k];
    backward += gradient[k] * batch.values[k];
  }
  CHECK(forward == Approx(backward).epsilon(1e-12));
}

TEST_CASE("puzzlemix draws the same plan again from the same seed, prints it, and stores it", "[mix]") {
  const pictures batch(3, 16, 8);
  const puzzlemix<> policy{};
  const auto plan = policy.plan(batch.images(), philox_draws{.seed = 1}, batch.saliency());
  CHECK(plan == policy.plan(batch.images(), philox_draws{.seed = 1}, batch.saliency()));
  CHECK_THAT(to_string(plan), ContainsSubstring("blocks, own share ["));
  CHECK(plan_from_json<transported_blocks>(to_json(plan)) == plan);
}

TEST_CASE("puzzlemix makes the same plan of saliency in any unit", "[mix]") {
  pictures batch(2, 12, 5);
  for (double& value : batch.salient) value = std::floor(64 * value) / 64;  // that the least numbers hold exactly
  const std::vector<double> saliency = batch.salient;
  const puzzlemix<> policy{};
  const auto expected = policy.plan_for(batch.images(), batch.saliency(), {1, 0}, 0.5, 4);
  for (const double unit : {0x1p-1060, 0x1p-500, 0x1p-30, 0x1p500, 0x1p1023}) {
    for (std::size_t k = 0; k < saliency.size(); ++k) batch.salient[k] = unit * saliency[k];
    CHECK(policy.plan_for(batch.images(), batch.saliency(), {1, 0}, 0.5, 4) == expected);
  }
}

TEST_CASE("puzzlemix refuses images and saliency that are not finite", "[mix]") {
  const puzzlemix<> policy{};
  const auto refusal_with = [&](double image, double salient) {
    pictures batch(2, 8, 9);
    batch.values[70] = image, batch.salient[70] = salient;
    return refusal_of([&] { policy.plan_for(batch.images(), batch.saliency(), {1, 0}, 0.5, 4); });
  };
  constexpr double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(refusal_with(0.5, 1).empty());
  for (const double bad : {infinity, nan, -0.5}) {
    CHECK_THAT(refusal_with(0.5, bad), ContainsSubstring("the saliency of sample 1 holds"));
    if (bad != -0.5) CHECK_THAT(refusal_with(bad, 1), ContainsSubstring("expected finite images"));
  }
  pictures batch(2, 8, 9);
  CHECK_THAT(refusal_of([&] {
               policy.plan_for(batch.images(), batch.saliency(), {1, 0}, nan, 4);
             }),
             ContainsSubstring("puzzlemix: "));
}

TEST_CASE("puzzlemix refuses what it cannot cut, with one sentence", "[mix]") {
  pictures batch(2, 6, 9);
  const puzzlemix<> policy{};
  CHECK(refusal_of([&] {
          policy.plan_for(batch.images(), batch.saliency(), {1, 0}, 0.5, 4);
        }) ==
        "puzzlemix: images of 6 x 6 do not divide into 4 x 4 blocks; expected square images whose side the blocks "
        "divide. Choose other exponents.");
  for (std::size_t k = 0; k < 36; ++k) batch.salient[k] = 0;
  CHECK_THAT(refusal_of([&] {
               policy.plan_for(batch.images(), batch.saliency(), {1, 0}, 0.5, 2);
             }),
             ContainsSubstring("the saliency of sample 0 sums to 0"));
  const puzzlemix<> of_one{.labels = 1};
  CHECK_THAT(refusal_of([&] {
               of_one.plan_for(batch.images(), batch.saliency(), {1, 0}, 0.5, 2);
             }),
             ContainsSubstring("1 labels; expected 2 to 16"));
  const puzzlemix<> never{.least_exponent = 3, .exponent_end = 3};
  CHECK_THAT(refusal_of([&] { never.plan(batch.images(), philox_draws{}, batch.saliency()); }),
             ContainsSubstring("exponents [3, 3)"));
}
