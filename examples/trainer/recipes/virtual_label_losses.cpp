// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/virtual_labels.hpp"

#include "autograd/rows.hpp"
#include "autograd/shapes.hpp"
#include "devices/two_key_targets.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/i_mix.hpp>
#include <mixcon/losses/moco.hpp>

#include <cmath>

namespace mixcon_train {
inline namespace recipes {

variable npair_loss(recipe_loss& made, double temperature, const virtual_labels& labels, const variable& queries,
                    const variable& keys) {
  const mixcon::mixed_targets targets{mixcon::diagonal_targets{}, labels.lambda, labels.partner};
  made.chance = std::log(static_cast<double>(keys.on().rank_count() * keys.extents()[0]));
  return contrasted(made, mixcon::i_mix(temperature), targets, queries, {keys});
}

variable moco_n_loss(recipe_loss& made, double temperature, const virtual_labels& labels, const variable& queries,
                     const variable& keys, const variable& past) {
  const mixcon::mixed_targets own_keys{mixcon::diagonal_targets{}, labels.lambda, labels.partner};
  made.anchors = queries.extents()[0];
  made.chance = std::log(static_cast<double>(keys.extents()[0] + past.extents()[0]));
  const candidate_list candidates{candidate_rows(keys, false, mixcon::rows::unit), as_given(past)};
  return contrastive_loss(mixcon::moco_n(temperature), mixcon::segments(own_keys, mixcon::every_negative{}), queries,
                          candidates, &made.anchors_used);
}

variable moco_loss(recipe_loss& made, double temperature, const virtual_labels& labels, const variable& queries,
                   const variable& keys, const variable& past) {
  const index_t samples = queries.extents()[0], width = keys.extents()[1];
  kept_list<index_t> keys_of_each;
  made.anchors = samples;
  for (index_t i = 0; i < samples; ++i) {
    const index_t partner = labels.partner[static_cast<std::size_t>(i)];
    keys_of_each.push_back(i), keys_of_each.push_back(partner);
    const double seen = static_cast<double>(past.extents()[0] + (partner == i ? 1 : 2));
    made.chance += std::log(seen) / static_cast<double>(samples);
  }
  const variable two = reshape(gather_rows(keys, keys_of_each), {samples, 2, width});
  const mixcon::own_targets<two_key_targets, mixcon::every_negative> targets{
      {mixcon::view(labels.lambda), mixcon::view(labels.partner)}, {}};
  return contrastive_loss(mixcon::moco(temperature), targets, queries, {own(two), past}, &made.anchors_used);
}

}  // namespace recipes
}  // namespace mixcon_train
