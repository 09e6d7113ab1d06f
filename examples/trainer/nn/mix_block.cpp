// SPDX-License-Identifier: BSD-3-Clause
#include "nn/mix_block.hpp"

#include "autograd/attention.hpp"
#include "nn/mask_projections.hpp"

#include <mixcon/mix/draw/lambda_rules.hpp>

#include <algorithm>
#include <cmath>

namespace mixcon_train {
inline namespace nn {

namespace {

constexpr double largest_power = 10;

/// One of a list, the same for the whole batch.
template <class T>
const T& drawn(const std::vector<T>& list, const char* field, const mixcon::philox_draws& draws) {
  const auto count = static_cast<index_t>(list.size());
  return list[static_cast<std::size_t>(count == 1 ? 0 : draws.integer(field, 0, 0, count))];
}

/// What features are multiplied by for a share of lambda.
double factor_of(double share, const mix_block_options& options) {
  return options.residual ? 1 + share * options.strength : share;
}

void check(index_t channels, const mix_block_options& options) {
  MIXCON_REQUIRE(channels >= 1, "mix_block: features of ", channels, " channels; expected at least 1");
  MIXCON_REQUIRE(options.reduction >= 1, "mix_block: the reduction is ", options.reduction, "; expected at least 1");
  MIXCON_REQUIRE(options.strength > 0 && options.strength <= 1, "mix_block: the strength of lambda is ",
                 options.strength, "; expected a number in (0, 1]");
  MIXCON_REQUIRE(!options.rescale_powers.empty() && !options.upsamplings.empty(),
                 "mix_block: no rescale power or no upsampling to draw from; expected at least one of each");
  for (const double k : options.rescale_powers)
    MIXCON_REQUIRE(!std::isnan(k), "mix_block: a rescale power is NaN; expected a number, where k < 0 means off");
  MIXCON_REQUIRE(options.dropout >= 0 && options.dropout < 1, "mix_block: the probability of dropout is ",
                 options.dropout, "; expected a number in [0, 1)");
  MIXCON_REQUIRE(options.content_width >= 0, "mix_block: the width of the content network is ", options.content_width,
                 "; expected at least 1, or 0 for half of what comes in");
}

}  // namespace

mix_block_options mix_block_options::with_content() {
  mix_block_options options;
  options.encoding = lambda_encoding::mul;
  options.rescale_powers = {0.25};
  options.content_value = true;
  options.attention_sees_pair = true;
  options.upsamplings = {upsampling::bilinear};
  return options;
}

struct mix_block::projections {
  std::unique_ptr<projection_layer> query, key, value;  // no key: queries' convolution makes keys too
};
struct mix_block::attention_inputs {
  variable queries, keys, value;
};

mix_block::mix_block(device& on, index_t channels, const mix_block_options& options, std::uint64_t seed)
    : options_(options), channels_(channels), to_(std::make_unique<projections>()) {
  check(channels, options);
  const weight_draws draws(seed);
  const index_t encoded = channels + (options.encoding == lambda_encoding::concat ? 1 : 0),
                inner = std::max<index_t>(channels / options.reduction, 1),
                of_value = encoded * (options.value_sees_pair ? 2 : 1) +
                           (options.encoding == lambda_encoding::concat_v ? 1 : 0),
                of_attention = encoded * (options.attention_sees_pair ? 2 : 1);
  const auto attention = [&](const char* name) {
    return std::make_unique<mask_projection>(on, of_attention, inner, options.attention_norm, draws.within(name));
  };
  to_->query = attention("query");
  register_part("query", *to_->query);
  if (!options.shared_attention.value_or(!options.attention_sees_pair)) {
    to_->key = attention("key");
    register_part("key", *to_->key);
  }
  if (options.content_value)
    to_->value = std::make_unique<content_network>(on, of_value, options.content_width, draws.within("value"));
  else
    to_->value = std::make_unique<mask_projection>(on, of_value, 1, false, draws.within("value"));
  register_part("value", *to_->value);
}
mix_block::~mix_block() = default;

void mix_block::check_features(const variable& features, const mask_request& asked) const {
  const shape e = features.extents();
  MIXCON_REQUIRE(e.rank() == 4 && e[1] == channels_, "mix_block: features of ", to_string(e),
                 "; expected (samples, channels, rows, columns) of ", channels_, " channels");
  MIXCON_REQUIRE(asked.lambda >= 0 && asked.lambda <= 1, "mix_block: lambda is ", asked.lambda,
                 "; expected a number in [0, 1]");
}

double mix_block::rescaled(const mask_request& asked) const {
  const double power = drawn(options_.rescale_powers, "rescale_power", asked.draws);
  return mixcon::rescale_poly(asked.lambda, std::min(power, largest_power));
}

mix_block::attention_inputs mix_block::of_features(const variable& own, const variable& others,
                                                   const mask_request& asked) {
  variable a = own, b = others;
  if (options_.encoding == lambda_encoding::concat) {
    a = with_channel(a, asked.lambda);
    b = with_channel(b, 1 - asked.lambda);
  } else if (options_.encoding == lambda_encoding::mul) {
    const double share = rescaled(asked);
    a = scale(a, factor_of(share, options_));
    b = scale(b, factor_of(1 - share, options_));
  }
  const bool sees_pair = options_.attention_sees_pair || options_.value_sees_pair;
  const variable pair = sees_pair ? concatenate_channels(a, b) : variable();
  variable seen = options_.value_sees_pair ? pair : b;
  if (options_.encoding == lambda_encoding::concat_v) seen = with_channel(seen, 1 - asked.lambda);
  const bool looks_at_pair = options_.attention_sees_pair;
  return {to_->query->forward(looks_at_pair ? pair : a),
          (to_->key ? to_->key : to_->query)->forward(looks_at_pair ? pair : b), to_->value->forward(seen)};
}

mix_block::attention_inputs mix_block::of_batch(const variable& features, std::span<const index_t> partner,
                                                const mask_request& asked) {
  double own = 1, others = 1;
  if (options_.encoding == lambda_encoding::mul) {
    const double share = rescaled(asked);
    own = factor_of(share, options_);
    others = factor_of(1 - share, options_);
  }
  const paired_features pairs{features, partner, own, others};
  const bool looks_at_pair = options_.attention_sees_pair;
  return {to_->query->forward_pairs(pairs, looks_at_pair ? sees::pair : sees::own),
          (to_->key ? to_->key : to_->query)->forward_pairs(pairs, looks_at_pair ? sees::pair : sees::partner),
          to_->value->forward_pairs(pairs, options_.value_sees_pair ? sees::pair : sees::partner)};
}

mix_block_parts mix_block::attended_parts(const attention_inputs& inputs, const mask_request& asked) const {
  variable value = inputs.value;
  if (options_.content_value && is_training()) value = dropout(value, options_.dropout, asked.draws);
  const double width = static_cast<double>(inputs.queries.extents()[1]);
  const attended at = attend(inputs.queries, inputs.keys, value, options_.scaled ? 1 / std::sqrt(width) : 1);
  const upsampling how = asked.how ? *asked.how : drawn(options_.upsamplings, "upsampling", asked.draws);
  return {at.weights, value, mask_shares(at.found, asked.factor, how)};
}

mix_block_parts mix_block::parts(const variable& own, const variable& others, const mask_request& asked) {
  check_features(own, asked);
  MIXCON_REQUIRE(others.extents() == own.extents(), "mix_block: partners' features of ", to_string(others.extents()),
                 " for ", to_string(own.extents()), "; expected the same");
  return attended_parts(of_features(own, others, asked), asked);
}

variable mix_block::forward(const variable& own, const variable& others, const mask_request& asked) {
  return parts(own, others, asked).partner_share;
}
variable mix_block::forward(const variable& features, std::span<const index_t> partner, const mask_request& asked) {
  check_features(features, asked);
  const index_t samples = features.extents()[0];
  MIXCON_REQUIRE(static_cast<index_t>(partner.size()) == samples, "mix_block: ", partner.size(), " partners for ",
                 samples, " samples; expected one each");
  for (const index_t p : partner)
    MIXCON_REQUIRE(p >= 0 && p < samples, "mix_block: partner ", p, " of ", samples, " samples");
  const bool is_channel =
      options_.encoding == lambda_encoding::concat || options_.encoding == lambda_encoding::concat_v;
  if (is_channel) return forward(features, gather_rows(features, partner), asked);
  return attended_parts(of_batch(features, partner, asked), asked).partner_share;
}

index_t mask_factor(const shape& features, const shape& images) {
  const bool are_images = features.rank() == 4 && images.rank() == 4 && features[2] > 0 && features[3] > 0;
  const index_t factor = are_images ? images[2] / features[2] : 0;
  MIXCON_REQUIRE(factor >= 1 && factor * features[2] == images[2] && factor * features[3] == images[3],
                 "mask_factor: features of ", to_string(features), " for images of ", to_string(images),
                 "; expected rows and columns that divide the images' alike, as after strides of 2 without a rest");
  return factor;
}

}  // namespace nn
}  // namespace mixcon_train
