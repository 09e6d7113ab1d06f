// SPDX-License-Identifier: BSD-3-Clause
// Compiled for every architecture by cuda/check_compile: the search for hard negatives, synthetic ones along the chord
// (those along the arc have sines, whose stack is for arguments that never come), queues, and labels on the device.
#include <mixcon/gpu/labels/device_classes.cuh>
#include <mixcon/gpu/negatives/device_queue.cuh>
#include <mixcon/gpu/negatives/own_rows.cuh>
#include <mixcon/gpu/negatives/synthetic_rows.cuh>
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

using rows_3 = tensor_view<const float, 3>;
template __global__ void mix_rows<float, mixing_path::chord>(mixture_problem<float>, rows_3, float*, std::int32_t*,
                                                             double*);
template __global__ void measure_mixtures<float, mixing_path::chord>(mixture_problem<float>, const float*,
                                                                     const std::int32_t*, rows_3, mixture_slope<float>*,
                                                                     index_t*, index_t*);
template __global__ void pull_own_mixtures(mixture_problem<float>, const float*, const std::int32_t*, rows_3,
                                           const mixture_slope<float>*, float*, float*);
template __global__ void pull_mixed_keys(mixture_problem<float>, const float*, rows_3, const mixture_slope<float>*,
                                         const index_t*, const index_t*, float*);
template __global__ void gather_own_rows(const std::int32_t*, index_t, rows_3, matrix_view<const float>,
                                         tensor_view<float, 3>);
template __global__ void list_slots(const std::int32_t*, index_t, index_t, index_t*, index_t*);
template __global__ void add_runs(const index_t*, const index_t*, index_t, index_t, rows_3, matrix_view<float>);
template __global__ void queue_push(matrix_view<const float>, index_t, const index_t*, bfloat16*);
template __global__ void spread_labels(vector_view<const int>, mixcon::detail::stacked_rows, index_t, index_t*);
template __global__ void number_rows(const index_t*, index_t, label_runs, device_ignored, std::int32_t, std::int32_t*,
                                     char*);
template __global__ void share_classes(label_runs, bool, index_t, double*);

}  // namespace mixcon::gpu
