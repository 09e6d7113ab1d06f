// SPDX-License-Identifier: BSD-3-Clause
// UniCon in both of its roles. Han et al. 2022, arXiv:2204.10695.
#include "recipes/recipe_parts.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/unicon.hpp>
#include <mixcon/mixes/universum.hpp>

#include <algorithm>
#include <cmath>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Appends the universum of both views: every image mixed with one of another class, which is always of the first view,
/// as in the published code.
template <class Policy>
void append_universum(const Policy& policy, const settings& chosen, const recipe_step& step,
                      std::vector<float>& images) {
  const std::size_t half = images.size() / 2;
  images.resize(4 * half);
  for (std::size_t v = 0; v < 2; ++v) {
    const auto plan =
        policy.plan(step.shape, draws_of(chosen, step).within(v == 0 ? "first view" : "second view"), step.from.labels);
    mixcon::blend(plan, as_images(step.from.images.data() + v * half, step.shape),
                  as_images(step.from.images.data(), step.shape),
                  as_images(images.data() + (2 + v) * half, step.shape));
  }
}

}  // namespace

recipe_loss unicon_loss(network& net, device& on, const settings& chosen, const recipe_step& step) {
  const index_t rows = 2 * step.shape.samples;
  std::vector<float> images = step.from.images;
  if (chosen.universum == "cutmix") {
    mixcon::universum<mixcon::pasted_boxes> policy{.partner_share = chosen.partner_share};
    policy.place.low = std::max(0.0, chosen.partner_share - 0.05);
    policy.place.high = std::min(1.0, chosen.partner_share + 0.05);
    policy.place.otherwise = mixcon::no_accepted_box::fit;  // small images have few boxes
    append_universum(policy, chosen, step, images);
  } else {
    append_universum(mixcon::universum<mixcon::interpolated>{.partner_share = chosen.partner_share}, chosen, step,
                     images);
  }
  const variable all = net.forward(input_of(on, images, step.shape, 2 * rows));
  const variable z = slice(all, 0, rows), u = slice(all, rows, 2 * rows);

  recipe_loss made{.embeddings = z, .views = 2};
  const mixcon::objective criterion{mixcon::info_nce{.temperature = chosen.temperature}, mixcon::cosine{}};
  if (chosen.recipe == "unicon") {
    made.loss = contrasted(made, step, criterion, mixcon::unicon_targets(step.from.labels), z, {u});
    made.chance = std::log(static_cast<double>(rows - 1));
  } else {
    made.loss = contrasted(made, step, criterion, mixcon::unicon_negative_targets(step.from.labels), z, {z, u});
    made.chance = std::log(static_cast<double>(2 * rows - 1));
  }
  return made;
}

}  // namespace recipes
}  // namespace mixcon_train
