// SPDX-License-Identifier: BSD-3-Clause
#include "nn/multi_mix_block.hpp"

#include "trainer/autograd/gradient_check.hpp"
#include "trainer/nn/mix_block_check.hpp"

#include <cmath>

using namespace mixcon_train;

TEST_CASE("masks of two and of more images have the gradient of their values and sum to 1", "[nn]") {
  reference_device on;
  const std::vector<variable> all{random_variable(on, {2, 4, 2, 2}, 1), random_variable(on, {2, 4, 2, 2}, 2),
                                  random_variable(on, {2, 4, 2, 2}, 3), random_variable(on, {2, 4, 2, 2}, 4)};
  const std::vector<std::vector<double>> lambdas{{0.3, 0.7}, {0.5, 0.2, 0.3}, {0.1, 0.2, 0.3, 0.4}};
  for (const upsampling how : {upsampling::nearest, upsampling::bilinear})
    for (const bool norm : {false, true})
      for (const auto& shares : lambdas) {
        multi_mix_block block(
            on, 4,
            {.lambda_channel = shares.size() != 3, .attention_norm = norm, .scaled = shares.size() != 4, .how = how},
            5);
        set_large_weights(block, 6);
        const std::vector<variable> features(all.begin(), all.begin() + static_cast<index_t>(shares.size()));
        std::vector<variable> inputs = features;
        for (const parameter& p : block.parameters()) inputs.push_back(p.value);
        check_gradients("shares", inputs, [&] { return block.forward(features, shares, 2); });
        const variable masks = block.forward(features, shares, 2);
        CHECK(masks.extents() == shape{2, static_cast<index_t>(shares.size()), 4, 4});
        for (const double sum : numbers_in(sum_to(masks, {2, 1, 4, 4}))) CHECK(sum == Approx(1));
        CHECK(numbers_in(block.forward(features, shares, 2, how)) == numbers_in(masks));
        const upsampling other = how == upsampling::nearest ? upsampling::bilinear : upsampling::nearest;
        CHECK(numbers_in(block.forward(features, shares, 2, other)) != numbers_in(masks));
      }
}

TEST_CASE("images that change places change their masks with them", "[nn]") {
  reference_device on;
  const auto a = random_variable(on, {2, 4, 2, 2}, 1), b = random_variable(on, {2, 4, 2, 2}, 2),
             c = random_variable(on, {2, 4, 2, 2}, 3);
  multi_mix_block block(on, 4, {}, 5);
  set_large_weights(block, 6);
  const variable masks = block.forward({a, b, c}, {0.5, 0.2, 0.3}, 1),
                 turned = block.forward({c, a, b}, {0.3, 0.5, 0.2}, 1);
  for (index_t k = 0; k < 3; ++k) {
    const auto before = numbers_in(slice_channels(masks, k, k + 1)),
               after = numbers_in(slice_channels(turned, (k + 1) % 3, (k + 1) % 3 + 1));
    for (std::size_t n = 0; n < before.size(); ++n) CHECK(after[n] == Approx(before[n]).epsilon(1e-12));
  }
}

TEST_CASE("shares of several images begin equal; what does not fit is refused", "[nn]") {
  reference_device on;
  const auto a = random_variable(on, {2, 8, 2, 2}, 1), b = random_variable(on, {2, 8, 2, 3}, 2);
  multi_mix_block block(on, 8, {}, 5);
  for (const double share : numbers_in(block.forward({a, a, a}, {0.8, 0.1, 0.1}, 2)))
    CHECK(std::abs(share - 1.0 / 3) < 0.05);
  CHECK_THROWS_WITH(block.forward({a}, {1}, 1),
                    "multi_mix_block: features of 1 images and 1 lambdas; expected at least two, and as many of one as "
                    "of the other");
  CHECK_THROWS_WITH(block.forward({a, a}, {0.5, 0.4}, 1), "multi_mix_block: the lambdas sum to 0.9; expected 1");
  CHECK_THROWS_WITH(block.forward({a, a}, {1.5, -0.5}, 1),
                    "multi_mix_block: a lambda is -0.5; expected numbers in [0, 1]");
  CHECK_THROWS_WITH(block.forward({a, b}, {0.5, 0.5}, 1),
                    Catch::Matchers::StartsWith("multi_mix_block: features of (2, 8, 2, 3) after (2, 8, 2, 2)"));
  CHECK_THROWS_WITH(multi_mix_block(on, 0, {}, 1), "multi_mix_block: features of 0 channels; expected at least 1");
  CHECK_THROWS_WITH(multi_mix_block(on, 4, {.reduction = 0}, 1),
                    "multi_mix_block: the reduction is 0; expected at least 1");
}
