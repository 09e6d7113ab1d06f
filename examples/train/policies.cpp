// SPDX-License-Identifier: BSD-3-Clause
#include "train/policies.hpp"

#include "train/mix_by.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {

namespace {

using namespace mixcon;  // in which policies are written, and nothing else

constexpr policy_entry table[] = {
    {"mixup", "every pixel is lambda of its own image and the rest of its partner's", mix_by<mixup<>>},
    {"cutmix", "a box of the partner is pasted over the image", mix_by<cutmix<>>},
    {"mixup-or-cutmix", "one of the two, drawn for each image", mix_by<mixup_or_cutmix<>>},
    {"resizemix", "the whole partner, made small, is pasted over the image", mix_by<resizemix<>>},
    {"saliencymix", "a box around the partner's most salient pixel", mix_by<saliencymix<>>},
    {"snapmix", "a box of the partner, resized into a box of the image", mix_by<snapmix<>>},
    {"fmix", "the partner shows through blobs of low frequency", mix_by<fmix<>>},
    {"gridmix", "the partner shows through the holes of a grid", mix_by<gridmix<>>},
    {"smoothmix", "the partner shows through a soft round spot", mix_by<smoothmix<>>},
    {"attentivemix", "the cells that matter most stay, the partner shows in the others", mix_by<attentivemix<>>},
    {"guidedmixup", "each pixel is shared by the saliency of the two images", mix_by<guidedmixup<>>},
    {"puzzlemix", "blocks of both, moved and chosen by a minimum cut", mix_by<puzzlemix<>>},
    {"alignmix", "maps whose cells were aligned first; here by brightness", mix_by<alignmix<>>},
    {"tokenmix", "the partner shows in several blocks of tokens", mix_by<tokenmix<>>},
    {"patchup", "square holes, other ones in each channel, show a mixture", mix_by<patchup<>>},
    {"hconcat", "the left part stays, the right one is the partner's", mix_by<hconcat<>>},
    {"stackmix", "the image and its partner side by side", mix_by<stackmix<>>},
    {"cutout", "a box is covered; the label stays", mix_by<cutout<>>},
    {"random-erasing", "sometimes a box of any form is covered; the label stays", mix_by<random_erasing>},
    {"inputmix", "a little of another image, as noise; the label stays", mix_by<inputmix>},
    {"noise-mixup", "mixup with noise; the label stays", mix_by<noise_mixup<>>},
    {"augmix", "the image and altered copies of it; the label stays", mix_by<augmix>},
    {"regmixup", "mixup with lambda near one half, beside the clean batch", mix_by<regmixup<>>},
    {"manifold-mixup", "mixup of hidden features; here in front of the first layer", mix_by<manifold_mixup<>>},
    {"unmix", "the batch with itself reversed, whole or in a box, by one lambda", mix_by<unmix>},
    {"universum", "mixup with another class, until it belongs to neither", mix_by<universum<lerp>>},
    {"universum-cutmix", "the partner of another class, around a box of the own image",
     mix_by<universum<pasted_boxes>>},
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

}  // namespace mixcon_train
