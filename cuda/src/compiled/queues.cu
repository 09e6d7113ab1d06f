// SPDX-License-Identifier: BSD-3-Clause
// The compiled library's calls over own keys and a queue.
#include <mixcon/gpu/compiled/definition.cuh>

#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/info_nce.hpp>

namespace mixcon::gpu {

template class compiled_evaluation<objective<info_nce, dot_product>, queue_targets, float>;
template class compiled_evaluation<objective<info_nce, cosine>, queue_targets, float>;
template class compiled_evaluation<objective<decoupled, cosine>, queue_targets, float>;
template class compiled_evaluation<objective<info_nce, cosine>, first_own_targets, float>;

}  // namespace mixcon::gpu
