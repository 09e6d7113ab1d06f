// SPDX-License-Identifier: BSD-3-Clause
#include "train/policies.hpp"

#include <mixcon/adapt/span.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/all_mixes.hpp>
#include <mixcon/mix/blend.hpp>

namespace mixcon_train {

namespace {

using mixcon::tensor_view;

/// Hands a policy what it looks at: the shape, or the images, and labels or saliency.
template <class Policy>
auto plan_of(const Policy& policy, const batch_to_mix& batch, const mixcon::philox_draws& draws) {
  const mixcon::image_shape& shape = batch.shape;
  const tensor_view<const float, 4> images{batch.images.data(),
                                           {shape.samples, shape.channels, shape.rows, shape.columns}};
  const tensor_view<const float, 3> saliency{batch.saliency.data(), {shape.samples, shape.rows, shape.columns}};
  const std::vector<int>& labels = batch.labels;
  if constexpr (requires { policy.plan(shape, draws); }) {
    return policy.plan(shape, draws);
  } else if constexpr (requires { policy.plan(shape, draws, labels); }) {
    return policy.plan(shape, draws, labels);
  } else if constexpr (requires { policy.plan(shape, draws, saliency); }) {
    return policy.plan(shape, draws, saliency);
  } else if constexpr (requires { policy.plan(images, draws, saliency); }) {
    return policy.plan(images, draws, saliency);
  } else {
    return policy.plan(images, draws);
  }
}

template <class Policy>
mixed_batch mix_by(const batch_to_mix& batch, const mixcon::philox_draws& draws, const policy_options& options) {
  Policy policy{};
  if constexpr (requires { policy.lambda.alpha; })
    if (options.alpha) policy.lambda.alpha = *options.alpha;
  if constexpr (requires { policy.partner_share; })
    if (options.partner_share) policy.partner_share = *options.partner_share;
  if constexpr (requires { policy.per = options.per; }) policy.per = options.per;
  if constexpr (requires { policy.place.otherwise; })  // small images have no box of about half their area
    policy.place.otherwise = mixcon::no_accepted_box::fit;

  const auto plan = plan_of(policy, batch, draws);
  mixed_batch mixed{.plan = to_string(plan), .partner = plan.partner};
  for (index_t i = 0; i < plan.samples(); ++i) mixed.lambda.push_back(plan.lambda_of(i));
  const mixcon::axes<4> extents{batch.shape.samples, batch.shape.channels, batch.shape.rows, batch.shape.columns};
  const auto view = [&](std::vector<float>& values) { return tensor_view<float, 4>(values.data(), extents); };
  mixed.images.resize(batch.images.size());
  mixcon::blend(plan, tensor_view<const float, 4>(batch.images.data(), extents), view(mixed.images));
  // what remains of white when it is mixed with black is what is kept
  std::vector<float> white(batch.images.size(), 255.0F), black(batch.images.size(), 0.0F);
  mixed.keep.resize(batch.images.size());
  mixcon::blend(plan, view(white), view(black), view(mixed.keep));
  return mixed;
}

constexpr policy_entry table[] = {
    {"mixup", "every pixel is lambda of its own image and the rest of its partner's", mix_by<mixcon::mixup<>>},
    {"cutmix", "a box of the partner is pasted over the image", mix_by<mixcon::cutmix<>>},
    {"universum", "mixup with another class, until it belongs to neither", mix_by<mixcon::universum<mixcon::lerp>>},
    {"universum-cutmix", "the partner of another class, with a box of the own image of about half the area",
     mix_by<mixcon::universum<mixcon::pasted_boxes>>},
};

}  // namespace

std::span<const policy_entry> policies() { return table; }

const policy_entry& policy_called(const std::string& name) {
  std::string known;
  for (const policy_entry& each : table) {
    if (name == each.name) return each;
    known += (known.empty() ? "" : ", ") + std::string(each.name);
  }
  MIXCON_REQUIRE(false, "policy_called: there is no policy ", name, "; expected one of ", known, ".");
  return table[0];
}

}  // namespace mixcon_train
