// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Every public policy, and what else mixes: a type each. Tables, pictures, benchmarks and tests iterate over the list;
// a test fails when a header of this folder is missing.

#include <mixcon/core/reflection.hpp>
#include <mixcon/mix/kinds/multi_mask.hpp>
#include <mixcon/mix/kinds/slerp.hpp>
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
#include <mixcon/mixes/positive_features.hpp>
#include <mixcon/mixes/puzzlemix.hpp>
#include <mixcon/mixes/random_erasing.hpp>
#include <mixcon/mixes/regmixup.hpp>
#include <mixcon/mixes/resizemix.hpp>
#include <mixcon/mixes/saliencymix.hpp>
#include <mixcon/mixes/smoothmix.hpp>
#include <mixcon/mixes/snapmix.hpp>
#include <mixcon/mixes/stackmix.hpp>
#include <mixcon/mixes/tokenmix.hpp>
#include <mixcon/mixes/transmix.hpp>
#include <mixcon/mixes/un_mix_policy.hpp>
#include <mixcon/mixes/universum.hpp>

#include <string_view>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What an entry of the list is, and so how it is used.
enum class mix_shape {
  policy,            // plan(shape, draws, ...) looks at labels, saliency or features besides, if at anything
  policy_of_values,  // plan(images, draws, ...) looks at the samples that are to be mixed
  policy_of_pairs,   // draws shares for the two features of each positive pair, and has a `blend` of its own
  kind_of_plan,      // drawn by no policy: callers fill the plan
  label_rule,        // gives a plan of another policy other labels
};

template <class Mix>
inline constexpr mix_shape shape_of_mix = mix_shape::policy;
template <class Lambda, class Pairing>
inline constexpr mix_shape shape_of_mix<alignmix<Lambda, Pairing>> = mix_shape::policy_of_values;
template <class Lambda, class Pairing>
inline constexpr mix_shape shape_of_mix<puzzlemix<Lambda, Pairing>> = mix_shape::policy_of_values;
template <>
inline constexpr mix_shape shape_of_mix<positive_features> = mix_shape::policy_of_pairs;
template <>
inline constexpr mix_shape shape_of_mix<multi_mask> = mix_shape::kind_of_plan;
template <>
inline constexpr mix_shape shape_of_mix<slerp> = mix_shape::kind_of_plan;
template <>
inline constexpr mix_shape shape_of_mix<transmix> = mix_shape::label_rule;

/// An entry of the list. Entries of one name, as `universum`, differ in the kind of plan.
template <class Mix>
struct listed_mix {
  using type = Mix;
  static constexpr mix_shape shape = shape_of_mix<Mix>;
  Mix made{};
  std::string_view name = name_of<Mix>();

  /// One sentence: what it does.
  std::string_view summary() const { return summary_of<Mix>(); }
};

template <class... Mixes>
struct mix_list {
  /// Calls f with every `listed_mix`: its `name`, `shape`, `summary()`, and itself as `made` by default.
  template <class F>
  static void for_each(F&& f) {
    (f(listed_mix<Mixes>{}), ...);
  }
  /// The same with those of one shape alone.
  template <mix_shape Shape, class F>
  static void for_each_of(F&& f) {
    for_each([&](const auto& listed) {
      if constexpr (std::remove_cvref_t<decltype(listed)>::shape == Shape) f(listed);
    });
  }
};

using all_mixes = mix_list<mixup<>, cutmix<>, universum<interpolated>, universum<pasted_boxes>, mixup_or_cutmix<>,
                           un_mix_policy, cutout<>, random_erasing, resizemix<>, saliencymix<>, attentivemix<>, fmix<>,
                           gridmix<>, smoothmix<>, guidedmixup<>, inputmix, patchup<>, snapmix<>, tokenmix<>,
                           noise_mixup<>, hconcat<>, stackmix<>, regmixup<>, augmix, manifold_mixup<>, alignmix<>,
                           puzzlemix<>, positive_features, multi_mask, slerp, transmix>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
