// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/imix_mixer.hpp"

#include "autograd/rows.hpp"
#include "devices/lent.hpp"
#include "recipes/lent_plan.hpp"
#include "recipes/mixed_rows.hpp"
#include "recipes/recipe_parts.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/inputmix.hpp>
#include <mixcon/mixes/manifold_mixup.hpp>
#include <mixcon/mixes/mixup.hpp>

#include <functional>
#include <numeric>
#include <utility>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Maps (N, C, H, W) of any layer, as a policy sees them.
mixcon::image_shape places_of(const shape& extents, index_t samples) {
  if (extents.rank() == 4) return {samples, extents[1], extents[2], extents[3]};
  return {samples, 1, 1, extents.row_size()};
}

/// What arrives, mixed by a policy's plan for so many samples or maps of that shape; and their virtual labels.
template <class Policy, class Shape>
variable mixed_by(const Policy& policy, const Shape& of, const variable& arriving, const recipe_step& step,
                  virtual_labels& labels) {
  const auto plan = lent_plan(policy, of, step.draws);
  labels.lambda.assign(plan->lambda.begin(), plan->lambda.end());
  labels.partner.assign(plan->partner.begin(), plan->partner.end());
  return with_mixed_rows(*plan, arriving, 0, step.share);
}

}  // namespace

void imix_options::declare(option_list& to) {
  to.add("alpha", alpha, {1e-6, 1e6}, "lambda is Beta(alpha, alpha), or 1 less it where that is more",
         "1 on images and clips, 2 on rows");
  to.add_choice_or_run(
      "mix", mix, {"mixup", "cutmix"},
      "how samples and their virtual labels are mixed; cutmix not on rows. Or the folder of a run that "
      "learned to");
  to.add("mix-at", mix_at, {"input", "hidden"}, "what is mixed: samples, or what arrives at a random layer", "input");
  to.add("input-mix", input_mix, {0, 16}, "other samples that are mixed into each view as noise, without their labels",
         "2 on images that are not augmented");
  if (!is_learned()) return;
  to.idle("alpha", "the run of --mix draws lambda as it was trained to");
  to.idle("mix-at", "the run of --mix mixes images");
}

imix_mixer::imix_mixer(const recipe_world& world, const imix_options& chosen) : on_(world.on), chosen_(chosen) {
  const image_shape& of = world.data.shape;
  MIXCON_REQUIRE(chosen.mix != "cutmix" || (of.rows > 1 && of.columns > 1),
                 "--mix: cutmix pastes boxes, and samples of ", of.rows, " x ", of.columns,
                 " numbers have no places for them; expected images or clips, or mixup.");
  if (chosen.is_learned() && world.trains()) learned_ = std::make_unique<policy_of_run>(world, chosen.mix, "--mix");
}

std::optional<shown_mix> imix_mixer::shown() const {
  std::optional<shown_mix> made;
  if (!mixes() || (chosen_.is_learned() && !learned_)) return made;
  made.emplace();
  if (learned_) {
    made->learned = &learned_->policy();
  } else {
    made->policy = chosen_.mix_at == "hidden" ? "manifold-mixup" : chosen_.mix;
    made->options.alpha = chosen_.alpha;
  }
  return made;
}

variable imix_mixer::views_of(const recipe_step& step) const {
  mixcon::image_shape both = step.shape;
  both.samples *= 2;
  kept_list<float> images(step.from.images.begin(), step.from.images.end());
  if (chosen_.input_mix > 0) {
    const auto noise = lent_plan(mixcon::inputmix{.partners = chosen_.input_mix}, both, step.draws);
    const lent<mixcon::workspace> memory;
    mixcon::blend(*noise, as_images(step.from.images.data(), both), as_images(images.data(), both), *memory);
  }
  return input_of(on_, images, step.shape, both.samples);
}

/// To the mixer each sample is a class of its own, so that its targets are the samples' numbers.
mixed_embeddings imix_mixer::embed_by_masks(network& net, const variable& samples, const recipe_step& step) const {
  const index_t count = step.shape.samples, rows = samples.extents()[0];
  kept_list<int> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  const mixed_samples made = learned_->mix(rows == count ? samples : slice(samples, 0, count), numbers, step.draws);
  const variable all = rows == count ? made.images : concatenate(made.images, slice(samples, count, rows));
  const mixcon::pair_targets& by = *made.targets;
  return {net.forward(own_rows(all, step)),
          {{by.lambda.begin(), by.lambda.end()}, {by.partner.begin(), by.partner.end()}}};
}

mixed_embeddings imix_mixer::embed(network& net, const variable& samples, const recipe_step& step) const {
  const index_t count = step.shape.samples;
  mixed_embeddings made{.labels = {{1.0}, kept_list<index_t>(static_cast<std::size_t>(count))}};
  std::iota(made.labels.partner.begin(), made.labels.partner.end(), index_t{0});
  if (!mixes()) {
    made.rows = net.forward(own_rows(samples, step));
    return made;
  }
  if (learned_) return embed_by_masks(net, samples, step);
  const mixcon::folded<> lambda{{.alpha = chosen_.alpha}};
  const auto mix = [&](const variable& arriving) {
    if (chosen_.mix == "cutmix")
      return mixed_by(mixcon::cutmix<mixcon::folded<>>{.lambda = lambda}, places_of(arriving.extents(), count),
                      arriving, step, made.labels);
    return mixed_by(mixcon::mixup<mixcon::folded<>>{.lambda = lambda, .per = mixcon::granularity::sample}, count,
                    arriving, step, made.labels);
  };
  const mixcon::manifold_mixup<> layers{.end_layer = net.layers()};
  const index_t at = chosen_.mix_at == "hidden" ? layers.layer(step.draws) : 0;
  made.rows = net.head(net.features(own_rows(samples, step), static_cast<int>(at), std::ref(mix)));
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
