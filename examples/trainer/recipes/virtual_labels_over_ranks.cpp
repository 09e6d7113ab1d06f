// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/virtual_labels_over_ranks.hpp"

#include "autograd/over_ranks.hpp"
#include "autograd/rows.hpp"

#include <mixcon/bridge/class_pairs.hpp>
#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/moco.hpp>

#include <cmath>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

namespace {

double lambda_of(const virtual_labels& labels, index_t sample) {
  return labels.lambda[labels.lambda.size() == 1 ? 0 : static_cast<std::size_t>(sample)];
}

/// The key of a sample as the class of its number.
mixcon::pair_targets keys_of_own(const virtual_labels& labels, index_t samples, const batch_share& share) {
  mixcon::pair_targets made;
  for (index_t i = share.first(samples); i < share.first(samples) + share.samples(samples); ++i) {
    made.own.push_back(i), made.partner.push_back(labels.partner[static_cast<std::size_t>(i)]);
    made.lambda.push_back(lambda_of(labels, i));
  }
  return made;
}

}  // namespace

variable moco_n_loss_over_ranks(recipe_loss& made, double temperature, const virtual_labels& labels,
                                const variable& queries, const variable& keys, const variable& past,
                                const batch_share& share) {
  const index_t samples = keys.extents()[0];
  const mixcon::pair_targets own = keys_of_own(labels, samples, share);
  const candidate_list candidates{candidate_rows(keys, false, mixcon::rows::unit), as_given(past)};
  made.anchors = made.anchors_used = samples;  // each has its own key, or its partner's
  made.chance = std::log(static_cast<double>(samples + past.extents()[0]));
  return mean_over_ranks(queries.on(), [&] {
    return contrastive_loss(mixcon::moco_n(temperature),
                            mixcon::segments(mixcon::class_pair_targets(own), mixcon::every_negative{}), queries,
                            candidates);
  });
}

variable moco_loss_over_ranks(recipe_loss& made, double temperature, const virtual_labels& labels,
                              const variable& queries, const variable& keys, const variable& past,
                              const batch_share& share) {
  const index_t samples = keys.extents()[0], first = share.first(samples);
  std::vector<index_t> from_own(static_cast<std::size_t>(samples));  // the numbers of samples, counted from its first
  virtual_labels own;
  recipe_loss of_own;
  double chance = 0;
  for (index_t k = 0; k < samples; ++k) {
    const index_t i = (first + k) % samples, partner = labels.partner[static_cast<std::size_t>(i)];
    from_own[static_cast<std::size_t>(k)] = i;
    chance += std::log(static_cast<double>(past.extents()[0] + (partner == i ? 1 : 2)));
    if (k >= share.samples(samples)) continue;
    own.lambda.push_back(lambda_of(labels, i)), own.partner.push_back((partner - first + samples) % samples);
  }
  const variable keys_from_own = gather_rows(keys, from_own);
  made.anchors = made.anchors_used = samples;
  made.chance = chance / static_cast<double>(samples);
  return mean_over_ranks(queries.on(),
                         [&] { return moco_loss(of_own, temperature, own, queries, keys_from_own, past); });
}

}  // namespace recipes
}  // namespace mixcon_train
