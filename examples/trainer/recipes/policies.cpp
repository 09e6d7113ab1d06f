// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/policies.hpp"

#include "options/nearest_name.hpp"
#include "recipes/mix_by.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace recipes {

namespace {

using namespace mixcon;  // in which policies are written, and nothing else

template <class Policy>
constexpr granularity usual_granularity() {
  if constexpr (requires { Policy{}.per; }) return Policy{}.per;
  return granularity::batch;
}

template <class Policy>
constexpr policy_entry entry(const char* name, const char* summary, bool needs_places = true) {
  return {name,
          summary,
          mix_by<Policy>,
          mix_for_training_by<Policy>,
          usual_granularity<Policy>(),
          takes_alpha<Policy>,
          takes_partner_share<Policy>,
          needs_places,
          numbers_of<Policy>};
}

constexpr bool anywhere = false;  // it mixes every value alike

constexpr policy_entry table[] = {
    entry<mixup<>>("mixup", "every pixel is lambda of its own image and the rest of its partner's", anywhere),
    entry<cutmix<>>("cutmix", "a box of the partner is pasted over the image"),
    entry<mixup_or_cutmix<>>("mixup-or-cutmix", "one of the two, drawn for each image"),
    entry<resizemix<>>("resizemix", "the whole partner, made small, is pasted over the image"),
    entry<saliencymix<>>("saliencymix", "a box around the partner's most salient pixel"),
    entry<snapmix<>>("snapmix", "a box of the partner, resized into a box of the image"),
    entry<fmix<>>("fmix", "the partner shows through blobs of low frequency"),
    entry<gridmix<>>("gridmix", "the partner shows through the holes of a grid"),
    entry<smoothmix<>>("smoothmix", "the partner shows through a soft round spot"),
    entry<attentivemix<>>("attentivemix", "the cells that matter most stay, the partner shows in the others"),
    entry<guidedmixup<>>("guidedmixup", "each pixel is shared by the saliency of the two images"),
    entry<puzzlemix<>>("puzzlemix", "blocks of both, moved and chosen by a minimum cut"),
    entry<alignmix<>>("alignmix", "maps whose cells were aligned first; here by brightness"),
    entry<tokenmix<>>("tokenmix", "the partner shows in several blocks of tokens"),
    entry<patchup<>>("patchup", "square holes, other ones in each channel, show a mixture"),
    entry<hconcat<>>("hconcat", "the left part stays, the right one is the partner's"),
    entry<stackmix<>>("stackmix", "the image and its partner side by side"),
    entry<cutout<>>("cutout", "a box is covered; the label stays"),
    entry<random_erasing>("random-erasing", "sometimes a box of any form is covered; the label stays"),
    entry<inputmix>("inputmix", "a little of another image, as noise; the label stays", anywhere),
    entry<noise_mixup<>>("noise-mixup", "mixup with noise; the label stays", anywhere),
    entry<augmix>("augmix", "the image and altered copies of it; the label stays"),
    entry<regmixup<>>("regmixup", "mixup with lambda near one half, beside the clean batch", anywhere),
    entry<manifold_mixup<>>("manifold-mixup", "mixup of hidden features; here in front of the first layer", anywhere),
    entry<un_mix_policy>("un-mix-policy", "the batch with itself reversed, whole or in a box, by one lambda"),
    entry<universum<interpolated>>("universum", "mixup with another class, until it belongs to neither", anywhere),
    entry<universum<pasted_boxes>>("universum-cutmix", "the partner of another class, around a box of the own image"),
};

}  // namespace

std::span<const policy_entry> policies() { return table; }

const policy_entry& policy_called(const std::string& name) {
  std::string known;
  for (const policy_entry& each : table) {
    if (name == each.name) return each;
    known += (known.empty() ? "" : ", ") + std::string(each.name);
  }
  MIXCON_REQUIRE(false, "policy_called: there is no policy ", name, "; expected one of ", known, ".");
  return table[0];
}

void require_places(const policy_entry& policy, sample_kind kind) {
  std::vector<std::string> others;
  for (const policy_entry& each : table)
    if (!each.needs_places) others.emplace_back(each.name);
  MIXCON_REQUIRE(kind != sample_kind::row || !policy.needs_places, "--policy: ", policy.name,
                 " goes by the places of a sample, and rows of numbers have none; expected images or clips, or one of ",
                 listed(others), ".");
}

}  // namespace recipes
}  // namespace mixcon_train
