// SPDX-License-Identifier: BSD-3-Clause
// How any policy is asked for a plan of real images, and its plan applied: what the table of policies is made of. What
// is special about a policy is an overload here.
#pragma once

#include "devices/lent.hpp"
#include "recipes/batch_to_mix.hpp"
#include "recipes/lent_plan.hpp"
#include "recipes/lent_targets.hpp"
#include "recipes/policies.hpp"
#include "recipes/policy_numbers.hpp"

#include <mixcon/core/tensor_view.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mixes/all_mixes.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

using mixcon::axes;
using mixcon::philox_draws;
using mixcon::tensor_view;

/// Which options a policy takes.
template <class Policy>
inline constexpr bool takes_alpha = requires(Policy policy) { policy.lambda.alpha; };
template <class Policy>
inline constexpr bool takes_partner_share = requires(Policy policy) { policy.partner_share; };

template <class Policy>
void set_options(Policy& policy, const policy_options& options) {
  if constexpr (takes_alpha<Policy>)
    if (options.alpha) policy.lambda = {.alpha = *options.alpha};  // Beta(alpha, alpha)
  if constexpr (takes_partner_share<Policy>)
    if (options.partner_share) policy.partner_share = *options.partner_share;
  if constexpr (requires { policy.per = options.per; }) policy.per = options.per;
}

/// The largest divisor of both sides of an image that is `most` at most.
inline index_t common_divisor(const image_shape& shape, index_t most) {
  while (shape.rows % most != 0 || shape.columns % most != 0) --most;
  return most;
}

/// Defaults that are meant for large images become possible on small ones, and what is covered can be seen.
template <class Policy>
void fit_to_images(Policy& policy, const batch_to_mix& batch) {
  const image_shape& shape = batch.shape;
  if constexpr (requires { policy.place.otherwise; })  // no box may have about half the area
    policy.place.otherwise = mixcon::no_accepted_box::fit;
  if constexpr (requires { policy.most_holes; })
    policy.most_holes = std::clamp(shape.columns / 4, policy.least_holes, policy.most_holes);
  if constexpr (requires { policy.grid; }) policy.grid = common_divisor(shape, policy.grid);
  if constexpr (requires { policy.exponent_end; }) {  // the finest blocks that divide the sides
    const auto divides = [&](index_t blocks) { return shape.rows % blocks == 0 && shape.columns % blocks == 0; };
    while (policy.exponent_end > 1 && !divides(index_t{1} << (policy.exponent_end - 1))) --policy.exponent_end;
    policy.least_exponent = policy.exponent_end - 1;
  }
  if constexpr (requires { policy.value; }) policy.value = static_cast<double>(batch.grey);
}

/// Makes values of a batch shares of the way from black to white.
inline void make_shares(const batch_to_mix& batch, std::vector<float>& values) {
  for (float& value : values) value = (value - batch.black) / (batch.white - batch.black);
}

/// The plan, lent, of a policy that is handed what it looks at: the shape, or the images, and labels, saliency or
/// features.
template <class Policy>
auto plan_of(const Policy& policy, const batch_to_mix& batch, const philox_draws& draws) {
  const image_shape& shape = batch.shape;
  const auto features = batch.feature_view();
  const auto saliency = batch.saliency_view();
  if constexpr (requires { policy.plan(shape, draws); }) {
    return lent_plan(policy, shape, draws);
  } else if constexpr (requires { policy.plan(shape, draws, batch.labels); }) {
    return lent_plan(policy, shape, draws, batch.labels);
  } else if constexpr (requires { policy.plan(shape, draws, saliency); }) {
    return lent_plan(policy, shape, draws, saliency);
  } else if constexpr (requires { policy.plan(shape, draws, features); }) {
    return lent_plan(policy, shape, draws, features);
  } else {
    const lent<std::vector<float>> shares(batch.images);
    make_shares(batch, *shares);
    return lent_plan(policy, tensor_view<const float, 4>(shares->data(), batch.image_view().extents()), draws,
                     batch.saliency_view());
  }
}

template <class Lambda, class Pairing>  // hidden maps are coarse; so are these
auto plan_of(const mixcon::alignmix<Lambda, Pairing>& policy, const batch_to_mix& batch, const philox_draws& draws) {
  const index_t side = cell_side(batch.shape);
  const lent<std::vector<float>> coarse;
  means_of_cells(batch.image_view(), side, *coarse);
  make_shares(batch, *coarse);
  const axes<4> extents{batch.shape.samples, batch.shape.channels, batch.shape.rows / side, batch.shape.columns / side};
  return lent_plan(policy, tensor_view<const float, 4>(coarse->data(), extents), draws);
}

/// The images (M, C, H, W) among which a policy finds its partners: the batch itself, unless they are made, in `room`.
template <class Policy>
std::span<const float> partners_of(const Policy& /*policy*/, const batch_to_mix& batch, const philox_draws& /*draws*/,
                                   std::vector<float>& /*room*/) {
  return batch.images;
}
template <class Lambda>
std::span<const float> partners_of(const mixcon::noise_mixup<Lambda>& policy, const batch_to_mix& batch,
                                   const philox_draws& draws, std::vector<float>& room) {
  room.clear();
  add_noise_images(batch, draws.within(policy.name), room);
  return room;
}
inline std::span<const float> partners_of(const mixcon::augmix& policy, const batch_to_mix& batch,
                                          const philox_draws& draws, std::vector<float>& room) {
  room.clear();
  for (index_t chain = 0; chain < policy.chains; ++chain) {
    const lent<std::vector<index_t>> depths;
    depths->clear();
    for (index_t i = 0; i < batch.shape.samples; ++i) depths->push_back(policy.depth(i, chain, draws));
    add_altered_images(batch, draws.within(mixcon::field("chain").on_try(chain)), *depths, room);
  }
  return room;
}

/// How a plan of the policy is applied, to images of so many columns: by `blend`, unless said otherwise.
template <class Policy>
index_t mixed_columns(const Policy& /*policy*/, index_t columns) {
  return columns;
}
template <class Policy, class Plan>
void apply_plan(const Policy& /*policy*/, const Plan& plan, const tensor_view<const float, 4>& own,
                const tensor_view<const float, 4>& partners, const tensor_view<float, 4>& mixed) {
  const lent<mixcon::workspace> memory;
  mixcon::blend(plan, own, partners, mixed, *memory);
}
template <class Pairing>
index_t mixed_columns(const mixcon::stackmix<Pairing>& /*policy*/, index_t columns) {
  return 2 * columns;
}
template <class Pairing, class Plan>
void apply_plan(const mixcon::stackmix<Pairing>& /*policy*/, const Plan& plan, const tensor_view<const float, 4>& own,
                const tensor_view<const float, 4>& partners, const tensor_view<float, 4>& mixed) {
  mixcon::stack_columns(plan, own, partners, mixed);
}

template <class Lambda, class Pairing, class Plan>
void apply_plan(const mixcon::alignmix<Lambda, Pairing>& /*policy*/, const Plan& plan,
                const tensor_view<const float, 4>& own, const tensor_view<const float, 4>& partners,
                const tensor_view<float, 4>& mixed) {
  const index_t side = cell_side({own.extent(0), own.extent(1), own.extent(2), own.extent(3)});
  const lent<std::vector<float>> coarse, others, coarse_mixed;
  means_of_cells(own, side, *coarse), means_of_cells(partners, side, *others);
  coarse_mixed->resize(coarse->size());
  axes<4> extents{own.extent(0), own.extent(1), own.extent(2) / side, own.extent(3) / side}, of_others = extents;
  of_others[0] = partners.extent(0);
  mixcon::blend(plan, tensor_view<const float, 4>(coarse->data(), extents),
                tensor_view<const float, 4>(others->data(), of_others),
                tensor_view<float, 4>(coarse_mixed->data(), extents));
  spread_over_cells(*coarse_mixed, side, mixed);
}

/// A policy of that type, made by default and then set and fitted.
template <class Policy>
Policy fitted_policy(const batch_to_mix& batch, const policy_options& options) {
  Policy policy{};
  set_options(policy, options);
  fit_to_images(policy, batch);
  set_numbers(policy, options);
  return policy;
}

/// Mixes a batch by a policy of that type for training: the mixtures, and both of their labels.
template <class Policy>
mixed_training_batch mix_for_training_by(const batch_to_mix& batch, const philox_draws& draws,
                                         const policy_options& options) {
  const Policy policy = fitted_policy<Policy>(batch, options);
  const auto planned = plan_of(policy, batch, draws);
  const auto& plan = *planned;
  const lent<std::vector<float>> room;
  const std::span<const float> partners = partners_of(policy, batch, draws, *room);
  mixed_training_batch mixed{.columns = mixed_columns(policy, batch.shape.columns),
                             .targets = targets_of_plan(plan, batch.labels)};
  axes<4> extents = batch.image_view().extents(), mixed_extents = extents, partner_extents = extents;
  mixed_extents[3] = mixed.columns;
  const index_t width = std::ssize(batch.images) / batch.shape.samples;
  partner_extents[0] = std::ssize(partners) / width;
  mixed.images->resize(static_cast<std::size_t>(width / batch.shape.columns * mixed.columns * batch.shape.samples));
  apply_plan(policy, plan, batch.image_view(), {partners.data(), partner_extents},
             {mixed.images->data(), mixed_extents});
  return mixed;
}

/// The same, with all that one may want to see of it.
template <class Policy>
mixed_batch mix_by(const batch_to_mix& batch, const philox_draws& draws, const policy_options& options) {
  const Policy policy = fitted_policy<Policy>(batch, options);
  const auto planned = plan_of(policy, batch, draws);
  auto& plan = *planned;
  const lent<std::vector<float>> room;
  const std::span<const float> partners = partners_of(policy, batch, draws, *room);

  mixed_batch mixed{.plan = to_string(plan), .partner = plan.partner};
  mixed.partners_are_of_batch = std::ranges::equal(partners, batch.images);
  const index_t samples = batch.shape.samples, width = std::ssize(batch.images) / samples;
  for (index_t i = 0; i < samples; ++i) {
    mixed.lambda.push_back(plan.lambda_of(i));
    const auto partner = partners.begin() + plan.partner_of(i) * width;
    mixed.partner_images.insert(mixed.partner_images.end(), partner, partner + width);
  }

  mixed.columns = mixed_columns(policy, batch.shape.columns);
  axes<4> extents = batch.image_view().extents(), mixed_extents = extents, partner_extents = extents;
  mixed_extents[3] = mixed.columns;
  partner_extents[0] = std::ssize(partners) / width;
  const auto size = static_cast<std::size_t>(width / batch.shape.columns * mixed.columns * samples);
  mixed.images.resize(size), mixed.keep.resize(size);
  apply_plan(policy, plan, batch.image_view(), {partners.data(), partner_extents},
             {mixed.images.data(), mixed_extents});
  // what remains of white when it is mixed with black is what is kept
  const std::vector<float> white(batch.images.size(), 255.0F), black(partners.size(), 0.0F);
  if constexpr (requires { plan.region.value; }) plan.region.value = 0;
  apply_plan(policy, plan, {white.data(), extents}, {black.data(), partner_extents},
             {mixed.keep.data(), mixed_extents});
  return mixed;
}

}  // namespace recipes
}  // namespace mixcon_train
