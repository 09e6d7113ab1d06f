// SPDX-License-Identifier: BSD-3-Clause
// Compiled for every architecture by cuda/check_compile: the kernels of mixing, for every kind of plan. Not here:
// measure_slerp, whose sines have a stack of 40 bytes for arguments that it never gives them; and draw_noise, which
// calls a function, with a small stack, for the one number of a hundred that takes more than 32 bits.
#include <mixcon/gpu/mixing/blend.cuh>

namespace mixcon::gpu {

#define MIXCON_GATE(WIDTH, REGION, T)                                                                              \
  template __global__ void blend_entries<WIDTH>(device_kind<REGION>, walk, partner_lists, tensor_view<const T, 4>, \
                                                tensor_view<const T, 4>, tensor_view<T, 4>);                       \
  template __global__ void unblend_entries<WIDTH>(device_kind<REGION>, walk, consumer_list, index_t, unblend_part, \
                                                  tensor_view<const T, 4>, tensor_view<T, 4>)
MIXCON_GATE(4, interpolated, float);
MIXCON_GATE(8, interpolated, half);
MIXCON_GATE(4, pasted_boxes, float);
MIXCON_GATE(4, pasted_intervals, float);
MIXCON_GATE(4, switched, float);
MIXCON_GATE(4, masked, float);
MIXCON_GATE(8, masked, bfloat16);
MIXCON_GATE(4, multi_lerp, float);
MIXCON_GATE(4, multi_mask, float);
MIXCON_GATE(1, filled_boxes, float);
MIXCON_GATE(1, resized_boxes, float);
MIXCON_GATE(1, transported_blocks, float);
MIXCON_GATE(1, transported_tokens, float);
template __global__ void blend_entries<16>(device_kind<interpolated>, walk, partner_lists,
                                           tensor_view<const std::uint8_t, 4>, tensor_view<const std::uint8_t, 4>,
                                           tensor_view<std::uint8_t, 4>);
template __global__ void blend_entries<1>(device_kind<slerp>, walk, partner_lists, tensor_view<const float, 4>,
                                          tensor_view<const float, 4>, tensor_view<float, 4>);
template __global__ void unblend_slerp_rows(device_kind<slerp>, vector_view<const index_t>, consumer_list, unblend_part,
                                            tensor_view<const float, 4>, tensor_view<const float, 4>,
                                            tensor_view<const float, 4>, tensor_view<float, 4>);

}  // namespace mixcon::gpu
