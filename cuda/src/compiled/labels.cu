// SPDX-License-Identifier: BSD-3-Clause
// The compiled library's calls over labels and the softmax family.
#include <mixcon/gpu/compiled/definition.cuh>

#include <mixcon/losses/group_softmax.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supcon_inside.hpp>

namespace mixcon::gpu {

template class compiled_evaluation<objective<info_nce, dot_product>, label_targets, float>;
template class compiled_evaluation<objective<info_nce, cosine>, label_targets, float>;
template class compiled_evaluation<objective<supcon_inside, cosine>, label_targets, float>;
template class compiled_evaluation<objective<group_softmax, cosine>, label_targets, float>;

}  // namespace mixcon::gpu
