// SPDX-License-Identifier: BSD-3-Clause
// The compiled library's calls over pairs of rows.
#include <mixcon/gpu/compiled/definition.cuh>

#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/siglip.hpp>

namespace mixcon::gpu {

template class compiled_evaluation<objective<info_nce, cosine>, diagonal_targets, float>;
template class compiled_evaluation<objective<info_nce, dot_product>, diagonal_targets, float>;
template class compiled_evaluation<objective<siglip, dot_product>, diagonal_targets, float>;
template class compiled_evaluation<objective<decoupled, cosine>, diagonal_targets, float>;

}  // namespace mixcon::gpu
