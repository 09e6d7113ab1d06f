// SPDX-License-Identifier: BSD-3-Clause
// The compiled library's calls over views of the same samples.
#include <mixcon/gpu/compiled/definition.cuh>

#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supcon_inside.hpp>

namespace mixcon::gpu {

template class compiled_evaluation<objective<info_nce, cosine>, view_targets, float>;
template class compiled_evaluation<objective<decoupled, cosine>, view_targets, float>;
template class compiled_evaluation<objective<hard_negative, cosine>, view_targets, float>;
template class compiled_evaluation<objective<supcon_inside, cosine>, view_targets, float>;

}  // namespace mixcon::gpu
