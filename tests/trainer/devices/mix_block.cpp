// SPDX-License-Identifier: BSD-3-Clause
// Learned masks on every device, with the reference device's answers.
#include "nn/mix_block.hpp"

#include "nn/multi_mix_block.hpp"
#include "trainer/devices/device_check.hpp"
#include "trainer/nn/mix_block_check.hpp"

using namespace mixcon_train;

namespace {

const shape of_features{5, 32, 7, 7};

using answers = std::vector<std::vector<double>>;
/// A mask, and the gradients of a weighted sum of it by features and by parameters that hold them.
answers answers_with(device& on, module& network, const std::function<variable(const variable&)>& mask_of) {
  set_large_weights(network, 4);
  for (const parameter& p : network.parameters()) p.value.set(on.scaled(p.value.value(), 0.25));
  const variable features(tensor_of(on, of_features, random_numbers(of_features, 1).data()), true);
  const variable mask = mask_of(features);
  const variable weights(tensor_of(on, mask.extents(), random_numbers(mask.extents(), 2).data()));
  backward(sum(mask * weights));
  answers found;
  const auto keep = [&](const tensor& x) {
    found.emplace_back(static_cast<std::size_t>(x.extents().size()));
    copy_numbers(x, found.back().data());
  };
  keep(mask.value());
  keep(features.gradient());
  for (const parameter& p : network.parameters()) keep(p.value.gradient());
  return found;
}
void check_alike(const answers& found, const answers& expected, double tolerance) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t n = 0; n < found.size(); ++n) {
    // a bias of keys moves all logits of a row alike: its gradient is 0 but for rounding
    double squares = 1e-3, apart = 0;
    for (std::size_t k = 0; k < found[n].size(); ++k) {
      squares += expected[n][k] * expected[n][k];
      apart += (found[n][k] - expected[n][k]) * (found[n][k] - expected[n][k]);
    }
    INFO("answer " << n);
    CHECK(std::sqrt(apart / squares) <= tolerance);
  }
}

answers of_block(device& on, const mix_block_options& options) {
  mix_block block(on, of_features[1], options, 3);
  return answers_with(on, block, [&](const variable& features) {
    return block.forward(features, std::vector<index_t>{1, 2, 0, 4, 4},
                         {.lambda = 0.3, .factor = 4, .draws = {.seed = 5}});
  });
}
answers of_many(device& on) {
  multi_mix_block block(on, of_features[1], {.how = upsampling::bilinear}, 3);
  return answers_with(on, block, [&](const variable& features) {
    return block.forward({features, gather_rows(features, {1, 2, 3, 4, 0}), gather_rows(features, {4, 3, 2, 1, 0})},
                         {0.5, 0.2, 0.3}, 4);
  });
}

}  // namespace

TEST_CASE("masks are alike on every device, in every variant", "[nn]") {
  reference_device plain;
  onednn_device fast(precision::fp32, 2);
  for (const block_variant& variant : block_variants()) {
    INFO(variant.name);
    check_alike(of_block(fast, variant.options), of_block(plain, variant.options), 5e-4);
  }
  check_alike(of_many(fast), of_many(plain), 5e-4);
}

TEST_CASE("attention is computed in float where activations are bfloat16", "[nn]") {
  if (!onednn_device::has(precision::bf16)) return;
  reference_device plain;
  onednn_device half(precision::bf16, 2);
  for (const mix_block_options& options : {mix_block_options{}, mix_block_options::with_content()})
    check_alike(of_block(half, options), of_block(plain, options), 0.05);
}

TEST_CASE("masks take no memory from the system from the second step on, and have the same bits by any threads",
          "[nn]") {
  onednn_device one(precision::fp32, 1), two(precision::fp32, 2);
  const mix_block_options options = mix_block_options::with_content();
  const answers first = of_block(two, options);
  CHECK(first[0] == of_block(one, options)[0]);
  const index_t before = two.allocations();
  CHECK(of_block(two, options) == first);
  CHECK(two.allocations() == before);
}
