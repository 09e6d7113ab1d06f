// SPDX-License-Identifier: BSD-3-Clause
// The compiled library's calls over labels and losses of metric learning.
#include <mixcon/gpu/compiled/definition.cuh>

#include <mixcon/losses/circle.hpp>
#include <mixcon/losses/multi_similarity.hpp>

namespace mixcon::gpu {

template class compiled_evaluation<objective<multi_similarity, cosine>, label_targets, float>;
template class compiled_evaluation<objective<circle, cosine>, label_targets, float>;

}  // namespace mixcon::gpu
