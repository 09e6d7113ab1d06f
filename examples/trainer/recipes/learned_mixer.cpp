// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/learned_mixer.hpp"

#include "autograd/elementwise.hpp"
#include "autograd/rows.hpp"

#include <mixcon/core/require.hpp>

#include <cmath>
#include <iterator>
#include <utility>

namespace mixcon_train {
inline namespace recipes {

learned_mixer::learned_mixer(const recipe_world& world, const mixer_options& chosen, std::unique_ptr<network> key,
                             const network& followed)
    : on_(world.on),
      chosen_(chosen),
      key_(std::move(key), followed),
      state_of_backbone_(key_->backbone().state()),
      shape_(world.data.shape) {
  MIXCON_REQUIRE(chosen.lambda_margin < 0.5, "--lambda-margin: ", chosen.lambda_margin,
                 "; every lambda would be that near to 0 or 1, and no batch mixed by masks; expected less than 0.5.");
  chosen_.adjustment();  // refuses what cannot be
  measure(world);
  if (chosen_.is_of_several())
    several_ = std::make_unique<multi_mix_block>(on_, channels_, chosen_.for_several(), world.seed + 2);
  else
    pair_ = std::make_unique<mix_block>(on_, channels_, chosen_.for_block(), world.seed + 2);
  register_part("key", key_);
  register_part("block", block());
}

/// Finds the channels of the features, and how many pixels belong to each place.
void learned_mixer::measure(const recipe_world& world) {
  const index_t stages = key_->layers() - 1;  // the stem is none
  MIXCON_REQUIRE(chosen_.mask_layer < stages, "--mask-layer: ", chosen_.mask_layer, " of an encoder of ", stages,
                 " stages; expected a stage before the last, behind which there are no places.");
  const shape one{1, shape_.channels, shape_.rows, shape_.columns};
  key_->set_training(false);
  const without_gradients guard;
  const shape f = features(variable(filled(world.on, one, 0))).extents();
  key_->set_training(true);
  channels_ = f[1], factor_ = shape_.rows / f[2];
  MIXCON_REQUIRE(factor_ * f[2] == shape_.rows && factor_ * f[3] == shape_.columns,
                 "--mask-layer: ", chosen_.mask_layer, " has features of ", f[2], " x ", f[3],
                 " places, which do not divide images of ", shape_.rows, " x ", shape_.columns,
                 "; choose an earlier layer, or another --first-stride.");
}

module& learned_mixer::block() {
  if (pair_) return *pair_;
  return *several_;
}
const module& learned_mixer::block() const {
  if (pair_) return *pair_;
  return *several_;
}

mask_plan learned_mixer::plan(index_t samples, const mixcon::philox_draws& draws) const {
  mask_plan made{.lambda = draws.beta("lambda", 0, chosen_.alpha, chosen_.alpha), .draws = draws};
  made.partner.resize(static_cast<std::size_t>(samples));
  draws.permutation("partner", {made.partner.data(), {samples}});
  if (!several_) return made;  // the other block draws by itself
  const std::vector<upsampling> ways = chosen_.upsamplings();
  if (ways.size() > 1) made.how = ways[static_cast<std::size_t>(draws.integer("upsampling", 0, 0, std::ssize(ways)))];
  return made;
}

mask_plan learned_mixer::plan_of_mixer(index_t samples, const mixcon::philox_draws& draws) const {
  mask_plan made = plan(samples, draws);
  if (const auto how = chosen_.upsampling_of_mixer()) made.how = how;
  return made;
}

variable learned_mixer::features(const variable& images) {
  return constant(key_->backbone().features_at(static_cast<int>(chosen_.mask_layer) + 1, images));
}

variable learned_mixer::rest_of(const variable& features) {
  return constant(key_->head(key_->backbone().rest_from(static_cast<int>(chosen_.mask_layer) + 1, features)));
}

variable learned_mixer::masks(const variable& own, const variable& others, const mask_plan& by) {
  if (pair_)
    return pair_->forward(own, others, {.lambda = by.lambda, .factor = factor_, .draws = by.draws, .how = by.how});
  return slice_channels(several_->forward({own, others}, {by.lambda, 1 - by.lambda}, factor_, by.how), 1, 2);
}

variable learned_mixer::masks_among(const variable& own, const variable& others, const mask_plan& by) {
  if (pair_ && own.place() == others.place())  // the block need not make the pairs
    return pair_->forward(own, by.partner, {.lambda = by.lambda, .factor = factor_, .draws = by.draws, .how = by.how});
  return masks(own, gather_rows(others, by.partner), by);
}

variable learned_mixer::adjusted_masks(const variable& masks, const mask_plan& by, std::span<const int> labels) const {
  std::vector<bool> plain;
  if (chosen_.plain_in_class && !labels.empty())
    for (std::size_t i = 0; i < by.partner.size(); ++i)
      plain.push_back(labels[i] == labels[static_cast<std::size_t>(by.partner[i])]);
  return adjusted(masks, by.lambda, chosen_.adjustment(), by.draws, plain);
}

variable learned_mixer::shown_masks(const variable& masks, const mask_plan& by) const {
  return chosen_.shapes_only ? of_mean_lambda(masks, by.lambda) : masks;
}

/// The running statistics in front of the mixer stay those of unmixed images.
variable learned_mixer::judged(const variable& mixtures) {
  const int layer = static_cast<int>(chosen_.mask_layer) + 1;
  encoder& backbone = key_->backbone();
  variable hidden;
  {
    const kept_state kept(state_of_backbone_);
    hidden = backbone.features_at(layer, mixtures);
  }
  return key_->head(backbone.rest_from(layer, hidden));
}

variable learned_mixer::loss_of(const variable& masks, const mask_plan& by, const recipe_step& step) const {
  if (chosen_.is_none()) return {};
  return scale(mask_loss(masks, by.lambda, chosen_.for_loss()), chosen_.weight(step.step, step.steps));
}

bool learned_mixer::learns(const recipe_step& step) const {
  return step.draws.uniform("switch off", 0, 0, 1) < chosen_.learns_at(step.step, step.steps);
}

void learned_mixer::follow(const network& followed, index_t step, index_t steps) {
  key_.follow(followed, chosen_.key_decay_at(step, steps));
}

double learned_mixer::distance_to(const network& followed) {
  double apart = 0, length = 0;
  const auto own = key_->parameters(), others = followed.parameters();
  for (std::size_t k = 0; k < own.size(); ++k) {
    const auto size = static_cast<std::size_t>(own[k].value.extents().size());
    std::vector<double> a(size), b(size);
    copy_numbers(own[k].value.value(), a.data()), copy_numbers(others[k].value.value(), b.data());
    for (std::size_t j = 0; j < size; ++j) apart += (a[j] - b[j]) * (a[j] - b[j]), length += b[j] * b[j];
  }
  return std::sqrt(apart / length);
}

trained_part learned_mixer::as_part() const {
  return {.name = "mixer",
          .part = this,
          .rate = chosen_.mixer_rate,
          .schedule = chosen_.mixer_schedule,
          .floor = chosen_.mixer_floor};
}

learned_mixer::kept_state::kept_state(const std::vector<state_tensor>& of) : places_(of) {
  for (const state_tensor& each : places_) values_.push_back(*each.value);
}
learned_mixer::kept_state::~kept_state() {
  for (std::size_t k = 0; k < places_.size(); ++k) *places_[k].value = values_[k];
}

variable mixed_by(const variable& own, const variable& others, const variable& masks) {
  return add(own, multiply(subtract(others, own), masks));
}

}  // namespace recipes
}  // namespace mixcon_train
