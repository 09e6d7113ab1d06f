// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/clean_and_mixed.hpp"

#include <mixcon/mixes/regmixup.hpp>

namespace mixcon_train {
inline namespace recipes {

clean_and_mixed encode_clean_and_mixed(device& on, network& net, const recipe_step& step, double alpha) {
  mixcon::regmixup<> policy;
  policy.lambda = mixcon::beta_lambda{.alpha = alpha};
  const auto plan = policy.plan(step.shape, step.draws);
  const index_t samples = step.shape.samples;
  mixcon::image_shape both = step.shape;
  both.samples *= 2;
  std::vector<float> images(2 * step.from.images.size());
  mixcon::blend_after_clean(plan, as_images(step.from.images.data(), step.shape), as_images(images.data(), both));
  const variable features = net.features(input_of(on, images, step.shape, 2 * samples));
  return {slice(features, 0, samples), slice(features, samples, 2 * samples),
          mixcon::pair_targets_of(plan, step.from.labels)};
}

}  // namespace recipes
}  // namespace mixcon_train
