// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Every public mixing policy, in one list that tests and benchmarks iterate over.

#include <mixcon/mixes/alignmix.hpp>
#include <mixcon/mixes/attentivemix.hpp>
#include <mixcon/mixes/augmix.hpp>
#include <mixcon/mixes/cutmix.hpp>
#include <mixcon/mixes/cutout.hpp>
#include <mixcon/mixes/fmix.hpp>
#include <mixcon/mixes/gridmix.hpp>
#include <mixcon/mixes/guidedmixup.hpp>
#include <mixcon/mixes/hconcat.hpp>
#include <mixcon/mixes/inputmix.hpp>
#include <mixcon/mixes/manifold_mixup.hpp>
#include <mixcon/mixes/mixup.hpp>
#include <mixcon/mixes/mixup_or_cutmix.hpp>
#include <mixcon/mixes/noise_mixup.hpp>
#include <mixcon/mixes/patchup.hpp>
#include <mixcon/mixes/puzzlemix.hpp>
#include <mixcon/mixes/random_erasing.hpp>
#include <mixcon/mixes/regmixup.hpp>
#include <mixcon/mixes/resizemix.hpp>
#include <mixcon/mixes/saliencymix.hpp>
#include <mixcon/mixes/smoothmix.hpp>
#include <mixcon/mixes/snapmix.hpp>
#include <mixcon/mixes/stackmix.hpp>
#include <mixcon/mixes/tokenmix.hpp>
#include <mixcon/mixes/un_mix_policy.hpp>
#include <mixcon/mixes/universum.hpp>

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
using all_mixes = mix_list<mixup<>, cutmix<>, universum<interpolated>, universum<pasted_boxes>, mixup_or_cutmix<>,
                           un_mix_policy, cutout<>, random_erasing, resizemix<>, saliencymix<>, attentivemix<>, fmix<>,
                           gridmix<>, smoothmix<>, guidedmixup<>, inputmix, patchup<>, snapmix<>, tokenmix<>,
                           noise_mixup<>, hconcat<>, stackmix<>, regmixup<>, augmix, manifold_mixup<>>;

/// Those that look at the samples themselves: `plan(images, draws, ...)`.
using mixes_of_values = mix_list<alignmix<>, puzzlemix<>>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
