// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The 24 pairs of objective and targets that the library mixcon::cuda is compiled for, a family a source.

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/gpu/compiled/evaluation.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

struct info_nce;
struct decoupled;
struct hard_negative;
struct siglip;
struct supcon_inside;
struct multi_similarity;
struct circle;
struct group_softmax;

}  // namespace mixcon

namespace mixcon::gpu {

template <class Objective, class Targets>
struct compiled_pair {};
template <class... Pair>
struct compiled_pairs {
  static constexpr int count = sizeof...(Pair);
  template <class Other>
  static constexpr bool has = (std::is_same_v<Pair, Other> || ...);
};

template <class Loss, class Targets>
using of_cosine = compiled_pair<objective<Loss, cosine>, Targets>;
template <class Loss, class Targets>
using of_product = compiled_pair<objective<Loss, dot_product>, Targets>;

/// NT-Xent (SimCLR), decoupled, debiased and hard negatives, and SupCon's inner sum where every sample is a class.
using compiled_views = compiled_pairs<of_cosine<info_nce, view_targets>, of_cosine<decoupled, view_targets>,
                                      of_cosine<hard_negative, view_targets>, of_cosine<supcon_inside, view_targets>>;
/// InfoNCE and MoCo v3, CLIP, SigLIP, and decoupled.
using compiled_diagonals = compiled_pairs<of_cosine<info_nce, diagonal_targets>, of_product<info_nce, diagonal_targets>,
                                          of_product<siglip, diagonal_targets>, of_cosine<decoupled, diagonal_targets>>;
/// MoCo and its like: a key of each anchor's own, and a queue; or own candidates, the first of them the positive.
using compiled_queues = compiled_pairs<of_product<info_nce, queue_targets>, of_cosine<info_nce, queue_targets>,
                                       of_cosine<decoupled, queue_targets>, of_cosine<info_nce, first_own_targets>>;
/// SupCon, outside and inside of the logarithm, multi-similarity, circle, softmax of groups.
using compiled_labels =
    compiled_pairs<of_product<info_nce, label_targets>, of_cosine<info_nce, label_targets>,
                   of_cosine<supcon_inside, label_targets>, of_cosine<multi_similarity, label_targets>,
                   of_cosine<circle, label_targets>, of_cosine<group_softmax, label_targets>>;
/// i-Mix, and SupCon of mixed samples.
using compiled_mixtures =
    compiled_pairs<of_cosine<info_nce, mixed_targets<diagonal_targets>>,
                   of_cosine<info_nce, mixed_targets<view_targets>>, of_cosine<info_nce, mixed_targets<label_targets>>,
                   of_product<info_nce, mixed_targets<label_targets>>>;
/// Soft labels, of any matrix of targets.
using compiled_matrices =
    compiled_pairs<of_product<info_nce, matrix_targets<float>>, of_cosine<info_nce, matrix_targets<float>>>;

/// Whether mixcon::cuda has the kernels of this pair.
template <class Objective, class Targets, class Pair = compiled_pair<Objective, Targets>>
inline constexpr bool is_compiled =
    compiled_views::has<Pair> || compiled_diagonals::has<Pair> || compiled_queues::has<Pair> ||
    compiled_labels::has<Pair> || compiled_mixtures::has<Pair> || compiled_matrices::has<Pair>;
static_assert(compiled_views::count + compiled_diagonals::count + compiled_queues::count + compiled_labels::count +
                  compiled_mixtures::count + compiled_matrices::count ==
              24);

}  // namespace mixcon::gpu

MIXCON_STRICT_FLOATS_END
