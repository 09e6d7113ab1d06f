// SPDX-License-Identifier: BSD-3-Clause
#include "nn/mix_block.hpp"

#include "trainer/autograd/gradient_check.hpp"
#include "trainer/nn/mix_block_check.hpp"

#include <algorithm>
#include <cmath>
#include <set>

using namespace mixcon_train;

TEST_CASE("a mask has the gradient of its value by features and parameters, in every variant", "[nn]") {
  reference_device on;
  const auto own = random_variable(on, {2, 4, 2, 3}, 1), others = random_variable(on, {2, 4, 2, 3}, 2);
  for (const block_variant& variant : block_variants())
    for (const bool training : {true, false}) {
      mix_block block(on, 4, variant.options, 3);
      set_large_weights(block, 4);
      block.set_training(training);
      std::vector<variable> inputs{own, others};
      for (const parameter& p : block.parameters()) inputs.push_back(p.value);
      const mask_request asked{.lambda = 0.3, .factor = 2, .draws = {.seed = 5}};
      INFO((training ? "training" : "evaluation"));
      check_gradients(variant.name, inputs, [&] { return block.forward(own, others, asked); });
      for (const double mu : numbers_in(block.forward(own, others, asked))) CHECK((mu > 0 && mu < 1));
    }
}

TEST_CASE("features of one batch go to both sides of a mix block", "[nn]") {
  reference_device on;
  const auto features = random_variable(on, {3, 4, 2, 2}, 1);
  mix_block block(on, 4, mix_block_options::with_content(), 3);
  set_large_weights(block, 4);
  block.set_training(false);
  const mask_request asked{.lambda = 0.7, .factor = 2};
  const std::vector<index_t> partner{2, 0, 0};
  CHECK(numbers_in(block.forward(features, partner, asked)) ==
        numbers_in(block.forward(features, gather_rows(features, partner), asked)));
  check_gradients("one batch", {features}, [&] { return block.forward(features, partner, asked); });

  const mix_block_parts parts = block.parts(features, gather_rows(features, partner), asked);
  CHECK(parts.attention.extents() == shape{3, 4, 4});
  CHECK(parts.value.extents() == shape{3, 1, 2, 2});
  CHECK(numbers_in(parts.partner_share) == numbers_in(block.forward(features, partner, asked)));
  const auto weights = numbers_in(parts.attention), mu = numbers_in(parts.partner_share),
             own = numbers_in(own_share(parts.partner_share));
  for (std::size_t row = 0; row < 12; ++row)
    CHECK(weights[4 * row] + weights[4 * row + 1] + weights[4 * row + 2] + weights[4 * row + 3] == Approx(1));
  for (std::size_t k = 0; k < mu.size(); ++k) CHECK(own[k] == 1 - mu[k]);
}

TEST_CASE("a mask is drawn again alike, from one of the powers and upsamplings", "[nn]") {
  reference_device on;
  const auto own = random_variable(on, {2, 4, 2, 2}, 1), others = random_variable(on, {2, 4, 2, 2}, 2);
  mix_block_options options = mix_block_options::with_content();
  options.rescale_powers = {-1, 0, 2};
  options.upsamplings = {upsampling::nearest, upsampling::bilinear};
  options.dropout = 0.5;
  mix_block block(on, 4, options, 3);
  set_large_weights(block, 4);
  const auto mask = [&](std::uint64_t step, std::optional<upsampling> how = {}) {
    return numbers_in(block.forward(own, others, {.lambda = 0.2, .factor = 2, .draws = {.step = step}, .how = how}));
  };
  const auto is_nearest = [](const std::vector<double>& mu) { return mu[0] == mu[1] && mu[0] == mu[4]; };
  std::set<std::vector<double>> dropped, fixed;
  int nearest = 0;
  for (std::uint64_t step = 0; step < 40; ++step) {
    CHECK(mask(step) == mask(step));
    dropped.insert(mask(step));
  }
  CHECK(dropped.size() > 20);  // of 2^8 patterns of dropout, 3 powers, 2 upsamplings
  block.set_training(false);
  for (std::uint64_t step = 0; step < 40; ++step) {
    fixed.insert(mask(step));
    nearest += is_nearest(mask(step)) ? 1 : 0;
    CHECK(is_nearest(mask(step, upsampling::nearest)));
    CHECK_FALSE(is_nearest(mask(step, upsampling::bilinear)));
  }
  CHECK(fixed.size() == 6);
  CHECK((nearest > 8 && nearest < 32));
}

TEST_CASE("masks begin at a half, and the weights by their seed", "[nn]") {
  reference_device on;
  const auto own = random_variable(on, {4, 16, 3, 3}, 1), others = random_variable(on, {4, 16, 3, 3}, 2);
  for (const block_variant& variant : block_variants()) {
    mix_block block(on, 16, variant.options, 3), again(on, 16, variant.options, 3), other(on, 16, variant.options, 4);
    double squares = 0;
    index_t weights = 0;
    INFO(variant.name);
    for (std::size_t n = 0; n < block.parameters().size(); ++n) {
      const parameter p = block.parameters()[n];
      CHECK(numbers_in(p.value) == numbers_in(again.parameters()[n].value));
      if (!p.decays) continue;
      CHECK(numbers_in(p.value) != numbers_in(other.parameters()[n].value));
      for (const double w : numbers_in(p.value)) squares += w * w;
      weights += p.value.extents().size();
    }
    CHECK(std::sqrt(squares / static_cast<double>(weights)) == Approx(0.01).epsilon(0.3));
    for (const double mu : numbers_in(block.forward(own, others, {.lambda = 0.2, .factor = 2})))
      CHECK(std::abs(mu - 0.5) < 0.1);
  }
}

TEST_CASE("what a mix block cannot do is refused", "[nn]") {
  reference_device on;
  const auto made = [&](auto&& change) {
    mix_block_options options;
    change(options);
    mix_block(on, 4, options, 1);
  };
  CHECK_THROWS_WITH(made([](auto& o) { o.strength = 0; }),
                    "mix_block: the strength of lambda is 0; expected a number in (0, 1]");
  CHECK_THROWS_WITH(made([](auto& o) { o.dropout = 1; }),
                    "mix_block: the probability of dropout is 1; expected a number in [0, 1)");
  CHECK_THROWS_WITH(made([](auto& o) { o.reduction = 0; }), "mix_block: the reduction is 0; expected at least 1");
  CHECK_THROWS_WITH(made([](auto& o) { o.content_width = -1; }), Catch::Matchers::StartsWith("mix_block: the width of"));
  CHECK_THROWS_WITH(made([](auto& o) { o.rescale_powers = {}; }), Catch::Matchers::StartsWith("mix_block: no rescale"));
  CHECK_THROWS_WITH(made([](auto& o) { o.upsamplings = {}; }), Catch::Matchers::StartsWith("mix_block: no rescale"));
  CHECK_THROWS_WITH(made([](auto& o) { o.rescale_powers = {std::nan("")}; }),
                    Catch::Matchers::StartsWith("mix_block: a rescale power is NaN"));
  CHECK_THROWS_WITH(mix_block(on, 0, {}, 1), "mix_block: features of 0 channels; expected at least 1");

  mix_block block(on, 4, {}, 1);
  const auto own = random_variable(on, {2, 4, 2, 2}, 1), wide = random_variable(on, {2, 5, 2, 2}, 1);
  CHECK_THROWS_WITH(block.forward(wide, wide, {}), "mix_block: features of (2, 5, 2, 2); expected (samples, channels, "
                                                   "rows, columns) of 4 channels");
  CHECK_THROWS_WITH(block.forward(own, wide, {}),
                    "mix_block: partners' features of (2, 5, 2, 2) for (2, 4, 2, 2); expected the same");
  CHECK_THROWS_WITH(block.forward(own, own, {.lambda = 1.5}),
                    "mix_block: lambda is 1.5; expected a number in [0, 1]");
  CHECK_THROWS_WITH(block.forward(own, std::vector<index_t>{0}, {}),
                    "mix_block: 1 partners for 2 samples; expected one each");
  CHECK_THROWS_WITH(block.forward(own, std::vector<index_t>{0, -1}, {}), "mix_block: partner -1 of 2 samples");

  CHECK(mask_factor({8, 32, 7, 7}, {8, 1, 28, 28}) == 4);
  CHECK(mask_factor({8, 32, 2, 3}, {8, 1, 10, 15}) == 5);
  CHECK_THROWS_WITH(mask_factor({8, 32, 7, 7}, {8, 1, 28, 30}),
                    "mask_factor: features of (8, 32, 7, 7) for images of (8, 1, 28, 30); expected rows and columns "
                    "that divide the images' alike, as after strides of 2 without a rest");
}
