// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/mix/alignmix.hpp>
#include <mixcon/mix/attentivemix.hpp>
#include <mixcon/mix/augmix.hpp>
#include <mixcon/mix/cutmix.hpp>
#include <mixcon/mix/cutout.hpp>
#include <mixcon/mix/fmix.hpp>
#include <mixcon/mix/gridmix.hpp>
#include <mixcon/mix/guidedmixup.hpp>
#include <mixcon/mix/hconcat.hpp>
#include <mixcon/mix/inputmix.hpp>
#include <mixcon/mix/manifold_mixup.hpp>
#include <mixcon/mix/mixup.hpp>
#include <mixcon/mix/mixup_or_cutmix.hpp>
#include <mixcon/mix/noise_mixup.hpp>
#include <mixcon/mix/patchup.hpp>
#include <mixcon/mix/puzzlemix.hpp>
#include <mixcon/mix/random_erasing.hpp>
#include <mixcon/mix/regmixup.hpp>
#include <mixcon/mix/resizemix.hpp>
#include <mixcon/mix/saliencymix.hpp>
#include <mixcon/mix/smoothmix.hpp>
#include <mixcon/mix/snapmix.hpp>
#include <mixcon/mix/stackmix.hpp>
#include <mixcon/mix/tokenmix.hpp>
#include <mixcon/mix/universum.hpp>
#include <mixcon/mix/unmix.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

template <class... Mixes>
struct mix_list {
  /// Calls f with every policy, as made by default.
  template <class F>
  static void for_each(F&& f) {
    (f(Mixes{}), ...);
  }
};

/// Every public policy, in its default form. Shared tests and benchmarks iterate over this list; a test fails when a
/// policy is missing.
using all_mixes = mix_list<mixup<>, cutmix<>, universum<lerp>, universum<pasted_boxes>, mixup_or_cutmix<>, unmix,
                           cutout<>, random_erasing, resizemix<>, saliencymix<>, attentivemix<>, fmix<>, gridmix<>,
                           smoothmix<>, guidedmixup<>, inputmix, patchup<>, snapmix<>, tokenmix<>, noise_mixup<>,
                           hconcat<>, stackmix<>, regmixup<>, augmix, manifold_mixup<>>;

/// Those that look at the samples themselves: `plan(images, draws, ...)`.
using mixes_of_values = mix_list<alignmix<>, puzzlemix<>>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
