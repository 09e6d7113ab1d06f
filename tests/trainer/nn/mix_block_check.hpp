// SPDX-License-Identifier: BSD-3-Clause
// Blocks that learn masks, with weights large enough that their gradients can be told from nothing.
#pragma once

#include "nn/mix_block.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <string>
#include <vector>

namespace mixcon_train {

/// Parameters and running statistics of a network in numbers of the size of 1, the same on every device.
inline void set_large_weights(module& network, std::uint64_t seed) {
  for (const parameter& p : network.parameters()) {
    std::vector<double> numbers;
    const mixcon::philox_draws draws = mixcon::philox_draws{.seed = seed}.within(p.name.c_str());
    for (index_t k = 0; k < p.value.extents().size(); ++k) numbers.push_back(draws.normal("weight", k));
    p.value.set(tensor_of(p.value.on(), p.value.extents(), numbers.data()));
  }
  for (const state_tensor& s : network.state()) {
    const bool is_variance = s.name.find("variance") != std::string::npos;
    *s.value = filled(s.value->on(), s.value->extents(), is_variance ? 1.5 : 0.2);
  }
}

struct block_variant {
  const char* name;
  mix_block_options options;
};
/// Every part of a block in each of its forms, and the published ones.
inline std::vector<block_variant> block_variants() {
  std::vector<block_variant> all{{"plain", {}}, {"with content", mix_block_options::with_content()}};
  const auto more = [&](const char* name, const mix_block_options& from, auto&& change) {
    all.push_back({name, from});
    change(all.back().options);
  };
  const mix_block_options plain{}, content = mix_block_options::with_content();
  more("concat", plain, [](auto& o) { o.encoding = lambda_encoding::concat; });
  more("concat of values", plain, [](auto& o) { o.encoding = lambda_encoding::concat_v; });
  more("factor without residual", plain, [](auto& o) {
    o.encoding = lambda_encoding::mul;
    o.residual = false;
    o.rescale_powers = {1};
  });
  more("weak factor", content, [](auto& o) { o.strength = 0.5, o.rescale_powers = {-1}; });
  more("power above the largest", content, [](auto& o) { o.rescale_powers = {40}; });
  more("values of the pair", content, [](auto& o) { o.value_sees_pair = true, o.content_width = 3; });
  more("linear values of the pair", plain, [](auto& o) { o.value_sees_pair = true; });
  more("pair and concat", content, [](auto& o) {
    o.encoding = lambda_encoding::concat;
    o.value_sees_pair = true;
  });
  more("pair and concat of values", content, [](auto& o) {
    o.encoding = lambda_encoding::concat_v;
    o.value_sees_pair = true;
  });
  more("pair, one convolution", content, [](auto& o) { o.shared_attention = true; });
  more("own convolutions", plain, [](auto& o) { o.shared_attention = false; });
  more("norm of the pair", content, [](auto& o) { o.attention_norm = true; });
  more("norm, one convolution", plain, [](auto& o) { o.attention_norm = true; });
  more("not scaled", plain, [](auto& o) { o.scaled = false, o.reduction = 8; });
  more("not reduced", content, [](auto& o) { o.reduction = 1; });
  more("dropout", content, [](auto& o) { o.dropout = 0.3; });
  return all;
}

}  // namespace mixcon_train
