// SPDX-License-Identifier: BSD-3-Clause
// Contrast of two views where every sample is a class of its own, with mixtures of such labels: what N-pair, MoCo-n and
// i-Mix share. Lee et al. 2021, arXiv:2010.08887.
#pragma once

#include "recipes/recipe_parts.hpp"

#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/plan.hpp>

#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// How i-Mix mixes inputs.
struct imix_options {
  double alpha = 1;
  index_t input_mix = 0;
  void declare(option_list& to) {
    to.add("alpha", alpha, {1e-6, 1e6}, "lambda is Beta(alpha, alpha), or 1 less it where that is more",
           "1 on images, 2 on rows");
    to.add("input-mix", input_mix, {0, 16},
           "other samples that are mixed into each view as noise, without their labels",
           "2 where views are not augmented");
  }
  static constexpr imix_options none() { return {.alpha = 0}; }  ///< nothing is mixed
};

/// The views of recipes that know no labels, and the temperatures of i-Mix: 0.2 on images, 0.1 on rows, 0.5 on clips.
std::vector<preferred_value> virtual_label_values(sample_kind kind, index_t channels);
/// The same, and alpha: 1, on rows 2.
std::vector<preferred_value> imix_values(sample_kind kind, index_t channels);

/// A view of each sample that may be mixed, and one that is not.
struct mixed_views {
  /// Of the first view. Where nothing is mixed, one lambda of 1, and every sample is its own partner.
  mixcon::mix_plan<mixcon::interpolated> plan{};
  std::vector<float> images{};  ///< (2 N, C, H, W): the first view, then the other
};
/// Mixup of the first view with a lambda of each sample; input-mix of both views before that. Two samples at least.
mixed_views mixed_views_of(const recipe_step& step, const imix_options& chosen);

/// InfoNCE of queries (N, D) against the keys (N, D) of the batch: lambda of the own key, the rest of the partner's.
variable npair_loss(recipe_loss& made, double temperature, const mixcon::mix_plan<mixcon::interpolated>& plan,
                    const variable& queries, const variable& keys);
/// The same with past keys (M, D), unit rows, as further candidates.
variable moco_n_loss(recipe_loss& made, double temperature, const mixcon::mix_plan<mixcon::interpolated>& plan,
                     const variable& queries, const variable& keys, const variable& past);

}  // namespace recipes
}  // namespace mixcon_train
