// SPDX-License-Identifier: BSD-3-Clause
// The compiled library's calls over mixed samples.
#include <mixcon/gpu/compiled/definition.cuh>

#include <mixcon/losses/info_nce.hpp>

namespace mixcon::gpu {

template class compiled_evaluation<objective<info_nce, cosine>, mixed_targets<diagonal_targets>, float>;
template class compiled_evaluation<objective<info_nce, cosine>, mixed_targets<view_targets>, float>;
template class compiled_evaluation<objective<info_nce, cosine>, mixed_targets<label_targets>, float>;
template class compiled_evaluation<objective<info_nce, dot_product>, mixed_targets<label_targets>, float>;

}  // namespace mixcon::gpu
