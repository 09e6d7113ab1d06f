// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/virtual_labels.hpp"

#include "recipes/preferred_views.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/i_mix.hpp>
#include <mixcon/losses/moco.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mixes/inputmix.hpp>
#include <mixcon/mixes/mixup.hpp>

namespace mixcon_train {
inline namespace recipes {

std::vector<preferred_value> virtual_label_values(sample_kind kind, index_t channels) {
  std::vector<preferred_value> values = contrastive_views(kind, channels);
  const char* temperature = kind == sample_kind::image ? "0.2" : kind == sample_kind::row ? "0.1" : "0.5";
  values.emplace_back("temperature", temperature);
  return values;
}

std::vector<preferred_value> imix_values(sample_kind kind, index_t channels) {
  std::vector<preferred_value> values = virtual_label_values(kind, channels);
  values.emplace_back("alpha", kind == sample_kind::row ? "2" : "1");
  return values;
}

mixed_views mixed_views_of(const recipe_step& step, const imix_options& chosen) {
  mixed_views made{.images = step.from.images};
  if (chosen.input_mix > 0) {
    mixcon::image_shape both = step.shape;
    both.samples *= 2;
    const auto noise = mixcon::inputmix{.partners = chosen.input_mix}.plan(both, step.draws);
    mixcon::blend(noise, as_images(step.from.images.data(), both), as_images(made.images.data(), both));
  }
  const mixcon::mixup<mixcon::folded<>> policy{.lambda = {{.alpha = chosen.alpha}}, .per = mixcon::granularity::sample};
  made.plan = policy.plan(step.shape, step.draws);
  const auto width = static_cast<std::ptrdiff_t>(made.images.size() / 2);
  const std::vector<float> first(made.images.begin(), made.images.begin() + width);
  mixcon::blend(made.plan, as_images(first.data(), step.shape), as_images(made.images.data(), step.shape));
  return made;
}

variable npair_loss(recipe_loss& made, double temperature, const mixcon::mix_plan<mixcon::interpolated>& plan,
                    const variable& queries, const variable& keys) {
  const mixcon::mixed_targets targets{mixcon::diagonal_targets{}, plan};
  return contrasted(made, mixcon::i_mix(temperature), targets, queries, {keys});
}

variable moco_n_loss(recipe_loss& made, double temperature, const mixcon::mix_plan<mixcon::interpolated>& plan,
                     const variable& queries, const variable& keys, const variable& past) {
  const mixcon::mixed_targets own_keys{mixcon::diagonal_targets{}, plan};
  made.anchors = queries.extents()[0];
  const candidate_list candidates{candidate_rows(keys, false, mixcon::rows::unit), as_given(past)};
  return contrastive_loss(mixcon::moco_n(temperature), mixcon::segments(own_keys, mixcon::every_negative{}), queries,
                          candidates, &made.anchors_used);
}

}  // namespace recipes
}  // namespace mixcon_train
