// SPDX-License-Identifier: BSD-3-Clause
#include "nn/multi_mix_block.hpp"

#include "autograd/attention.hpp"

#include <algorithm>
#include <cmath>

namespace mixcon_train {
inline namespace nn {

namespace {

index_t inner_width(index_t channels, const multi_mix_block_options& options) {
  MIXCON_REQUIRE(channels >= 1, "multi_mix_block: features of ", channels, " channels; expected at least 1");
  MIXCON_REQUIRE(options.reduction >= 1, "multi_mix_block: the reduction is ", options.reduction,
                 "; expected at least 1");
  return std::max<index_t>(channels / options.reduction, 1);
}
index_t encoded(index_t channels, const multi_mix_block_options& options) {
  return channels + (options.lambda_channel ? 1 : 0);
}

}  // namespace

multi_mix_block::multi_mix_block(device& on, index_t channels, const multi_mix_block_options& options,
                                 std::uint64_t seed)
    : options_(options),
      channels_(channels),
      query_(on, encoded(channels, options), inner_width(channels, options), options.attention_norm,
             weight_draws(seed).within("query")),
      key_(on, encoded(channels, options), inner_width(channels, options), options.attention_norm,
           weight_draws(seed).within("key")),
      value_(on, encoded(channels, options), 1, false, weight_draws(seed).within("value")) {
  register_part("query", query_);
  register_part("key", key_);
  register_part("value", value_);
}

variable multi_mix_block::forward(const std::vector<variable>& features, const std::vector<double>& lambdas,
                                  index_t factor, std::optional<upsampling> how) {
  const std::size_t images = features.size();
  MIXCON_REQUIRE(images >= 2 && lambdas.size() == images, "multi_mix_block: features of ", images, " images and ",
                 lambdas.size(), " lambdas; expected at least two, and as many of one as of the other");
  double all = 0;
  for (const double lambda : lambdas) {
    MIXCON_REQUIRE(lambda >= 0, "multi_mix_block: a lambda is ", lambda, "; expected numbers in [0, 1]");
    all += lambda;
  }
  MIXCON_REQUIRE(std::abs(all - 1) <= 1e-6, "multi_mix_block: the lambdas sum to ", all, "; expected 1");
  std::vector<variable> queries, keys, values;
  for (std::size_t k = 0; k < images; ++k) {
    variable x = features[k];
    MIXCON_REQUIRE(x.extents().rank() == 4 && x.extents()[1] == channels_ && x.extents() == features[0].extents(),
                   "multi_mix_block: features of ", to_string(x.extents()), " after ", to_string(features[0].extents()),
                   "; expected (samples, channels, rows, columns) of ", channels_, " channels, the same of all images");
    if (options_.lambda_channel) x = with_channel(x, lambdas[k]);
    queries.push_back(relu(query_.forward(x)));
    keys.push_back(relu(key_.forward(x)));
    values.push_back(value_.forward(x));
  }
  const double scaling = options_.scaled ? 1 / std::sqrt(static_cast<double>(queries[0].extents()[1])) : 1;
  variable logits;
  for (std::size_t k = 0; k < images; ++k) {
    variable others;
    for (std::size_t j = 0; j < images; ++j)
      if (j != k) others = others ? add(others, keys[j]) : keys[j];
    const variable found = attend(queries[k], others, values[k], scaling).found;
    logits = logits ? concatenate_channels(logits, found) : found;
  }
  if (how.value_or(options_.how) == upsampling::nearest) return upsample_nearest(softmax(logits, 1), factor);
  return softmax(upsample_bilinear(logits, factor), 1);
}

}  // namespace nn
}  // namespace mixcon_train
