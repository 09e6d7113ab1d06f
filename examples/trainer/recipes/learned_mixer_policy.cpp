// SPDX-License-Identifier: BSD-3-Clause
// A mixer as a policy: what other recipes and pictures ask of it.
#include "autograd/rows.hpp"
#include "recipes/learned_mixer.hpp"
#include "recipes/lent_targets.hpp"

#include <mixcon/core/require.hpp>

#include <utility>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// In evaluation while it exists.
class in_evaluation {
 public:
  in_evaluation(module& one, module& other) : parts_{&one, &other} {
    for (std::size_t k = 0; k < 2; ++k) was_[k] = parts_[k]->is_training(), parts_[k]->set_training(false);
  }
  ~in_evaluation() {
    for (std::size_t k = 0; k < 2; ++k) parts_[k]->set_training(was_[k]);
  }
  in_evaluation(const in_evaluation&) = delete;
  in_evaluation& operator=(const in_evaluation&) = delete;

 private:
  module* parts_[2];
  bool was_[2] = {};
};

lent<std::vector<float>> numbers_in(const variable& x) {
  lent<std::vector<float>> numbers;
  numbers->resize(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x.value(), numbers->data());
  return numbers;
}

/// What images of a batch are to a network.
kept_list<float> seen(const batch_to_mix& batch) {
  kept_list<float> images(batch.images.begin(), batch.images.end());
  if (batch.mean.empty()) return images;
  const index_t plane = batch.shape.rows * batch.shape.columns;
  for (index_t k = 0; k < std::ssize(images); ++k) {
    const auto c = static_cast<std::size_t>(k / plane % batch.shape.channels);
    float& value = images[static_cast<std::size_t>(k)];
    value = (value - batch.mean[c]) / batch.deviation[c];
  }
  return images;
}

}  // namespace

void learned_mixer::require_images_as_learned(index_t channels, index_t rows, index_t columns) const {
  MIXCON_REQUIRE(channels == shape_.channels && rows == shape_.rows && columns == shape_.columns,
                 "--policy: the mixer learned from images of ", shape_.channels, " x ", shape_.rows, " x ",
                 shape_.columns, ", not ", channels, " x ", rows, " x ", columns,
                 "; take the run of a mixer of such images.");
}

mixed_samples learned_mixer::mix_for_training(const variable& images, const variable& seen, std::span<const int> labels,
                                              const mixcon::philox_draws& draws) {
  const without_gradients guard;
  const in_evaluation frozen(*key_, block());
  const shape e = images.extents();
  require_images_as_learned(e[1], e[2], e[3]);
  const mask_plan by = plan(e[0], draws);
  const variable f = features(seen), shares = adjusted_masks(masks_among(f, f, by), by, labels);
  mixed_samples made{mixed_by(images, gather_rows(images, by.partner), shares), no_targets()};
  mixcon::pair_targets& targets = *made.targets;
  targets.own.assign(labels.begin(), labels.end());
  targets.lambda.assign(by.partner.size(), by.lambda);
  for (const index_t partner : by.partner) targets.partner.push_back(labels[static_cast<std::size_t>(partner)]);
  return made;
}

mixed_batch learned_mixer::mix(const batch_to_mix& batch, const mixcon::philox_draws& draws) {
  const without_gradients guard;
  const in_evaluation frozen(*key_, block());
  const index_t samples = batch.shape.samples, width = std::ssize(batch.images) / samples;
  const index_t plane = batch.shape.rows * batch.shape.columns;
  const mask_plan by = plan(samples, draws);
  mixed_batch made{.partner = {by.partner.begin(), by.partner.end()}, .columns = batch.shape.columns};
  require_images_as_learned(batch.shape.channels, batch.shape.rows, batch.shape.columns);
  const variable f = features(input_of(on_, seen(batch), batch.shape, samples));
  for (index_t i = 0; i < samples; ++i) {  // by a lambda of its own
    const index_t j = by.partner[static_cast<std::size_t>(i)];
    const mask_plan pair{.lambda = draws.beta("lambda of each", i, chosen_.alpha, chosen_.alpha),
                         .partner = {1},
                         .draws = by.draws,
                         .how = by.how};
    const std::vector<int> labels{batch.labels[static_cast<std::size_t>(i)], batch.labels[static_cast<std::size_t>(j)]};
    const lent<std::vector<float>> shares =
        numbers_in(adjusted_masks(masks(slice(f, i, i + 1), slice(f, j, j + 1), pair), pair, labels));
    for (index_t k = 0; k < width; ++k) {
      const float share = (*shares)[static_cast<std::size_t>(k % plane)];
      const float own = batch.images[static_cast<std::size_t>(i * width + k)];
      const float other = batch.images[static_cast<std::size_t>(j * width + k)];
      made.partner_images.push_back(other);
      made.keep.push_back(255 * (1 - share));
      made.images.push_back(own + (other - own) * share);
    }
    made.lambda.push_back(pair.lambda);
  }
  made.plan = "masks of lambda " + mixcon::detail::written_list(made.lambda);
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
