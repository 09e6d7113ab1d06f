// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/universum_recipe.hpp"

#include <mixcon/mix/blend.hpp>

#include <algorithm>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Appends the universum of both views: every sample mixed with one of another class, which is always of the first
/// view, as in the published code.
template <class Policy, class Plan>
void append_universum(const Policy& policy, const recipe_step& step, Plan& plan, mixcon::workspace& memory,
                      std::vector<float>& images) {
  const std::size_t half = images.size() / 2;
  images.resize(4 * half);
  for (std::size_t v = 0; v < 2; ++v) {
    policy.plan_again(plan, step.shape, step.draws.within(v == 0 ? "first view" : "second view"), step.from.labels,
                      memory);
    mixcon::blend(plan, as_images(step.from.images.data() + v * half, step.shape),
                  as_images(step.from.images.data(), step.shape),
                  as_images(images.data() + (2 + v) * half, step.shape));
  }
}

}  // namespace

void universum_options::declare(option_list& to) {
  to.add("universum", universum, {"mixup", "cutmix"}, "how a universum sample is mixed", "mixup");
  to.add("partner-share", partner_share, {0, 1}, "share of the partner in a universum sample", "0.5");
  embedding_options::declare(to);
}

std::vector<preferred_value> paper_of_unicon(sample_kind kind) {
  if (kind != sample_kind::image) return {};
  return {{"arch", "resnet50"},     {"width", "64"},        {"batch", "256"},         {"epochs", "1000"},
          {"lr", "0.05"},           {"warm-up", "0.01"},    {"weight-decay", "1e-4"}, {"temperature", "0.1"},
          {"partner-share", "0.5"}, {"universum", "mixup"}, {"shift", "0"},           {"crop", "1"},
          {"flip", "0.5"},          {"jitter", "0.8"},      {"grey", "0.2"},          {"erase", "0"}};
}

std::optional<shown_mix> universum_recipe::shown() const {
  return shown_mix{chosen_.universum == "cutmix" ? "universum-cutmix" : "universum",
                   {.partner_share = chosen_.partner_share}};
}

universum_recipe::encoded universum_recipe::encode(const recipe_step& step) {
  const index_t rows = 2 * step.own_samples();
  images_ = step.from.images;
  if (chosen_.universum == "cutmix") {
    mixcon::universum<mixcon::pasted_boxes> policy{.partner_share = chosen_.partner_share};
    policy.place.low = std::max(0.0, chosen_.partner_share - 0.05);
    policy.place.high = std::min(1.0, chosen_.partner_share + 0.05);
    policy.place.otherwise = mixcon::no_accepted_box::fit;  // small images have few boxes
    append_universum(policy, step, pasted_, memory_, images_);
  } else {
    append_universum(mixcon::universum<mixcon::interpolated>{.partner_share = chosen_.partner_share}, step, blended_,
                     memory_, images_);
  }
  const variable all = net().forward(own_input_of(on(), images_, step.shape, 4, step.share));
  return {slice(all, 0, rows), slice(all, rows, 2 * rows)};
}

}  // namespace recipes
}  // namespace mixcon_train
