// SPDX-License-Identifier: BSD-3-Clause
// The compiled library's calls over soft labels.
#include <mixcon/gpu/compiled/definition.cuh>

#include <mixcon/losses/info_nce.hpp>

namespace mixcon::gpu {

template class compiled_evaluation<objective<info_nce, dot_product>, matrix_targets<float>, float>;
template class compiled_evaluation<objective<info_nce, cosine>, matrix_targets<float>, float>;

}  // namespace mixcon::gpu
