// SPDX-License-Identifier: BSD-3-Clause
// Compiled for every architecture by cuda/check_compile: the search for hard negatives.
#include <mixcon/gpu/negatives/top_k.cuh>

namespace mixcon::gpu {

using admissible = admissible_targets::rule_type;
using bf16 = operand<bfloat16, 1>;
using fp16 = operand<half, 1>;
using split = operand<bfloat16, 2>;

template __global__ void top_k_rows(device_rows<float>, device_rows<float>, cosine, admissible, int, device_list<float>,
                                    search_work);
template __global__ void tile_top_k<64>(operand_rows<bf16>, operand_rows<bf16>, cosine, admissible, int, int,
                                        split_lists);
template __global__ void tile_top_k<128>(operand_rows<fp16>, operand_rows<fp16>, cosine, admissible, int, int,
                                         split_lists);
template __global__ void tile_top_k<128>(operand_rows<split>, operand_rows<split>, cosine, admissible, int, int,
                                         split_lists);
template __global__ void tile_top_k<256>(operand_rows<split>, operand_rows<split>, cosine, admissible, int, int,
                                         split_lists);
template __global__ void join_top_k(index_t, int, int, split_lists, device_list<float>, search_work);
template __global__ void end_search(index_t, index_t, search_work, search_outcome*);

}  // namespace mixcon::gpu
