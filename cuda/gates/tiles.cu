// SPDX-License-Identifier: BSD-3-Clause
// Compiled for every architecture by cuda/check_compile: the kernels of tensor-core tiles, over a softmax loss, at each
// width and kind of operand.
#include <mixcon/gpu/tiles/tile_calls.cuh>

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>

namespace mixcon::gpu {

using softmax =
    device_problem<mixcon::detail::pair_rules<float, info_nce, cosine, plain_logits, mixcon::detail::same_class_rule>>;
using bf16 = operand<bfloat16, 1>;
using fp16 = operand<half, 1>;
using split = operand<bfloat16, 2>;

template __global__ void pack_operands(device_rows<float>, int, operand_rows<bf16>);
template __global__ void pack_operands(device_rows<float>, int, operand_rows<split>);
template __global__ void tile_states<64, 1>(softmax, operand_rows<bf16>, operand_rows<bf16>, int, tile_part<softmax>*);
template __global__ void tile_states<128, 1>(softmax, operand_rows<bf16>, operand_rows<bf16>, int, tile_part<softmax>*);
template __global__ void tile_states<64, 2>(softmax, operand_rows<bf16>, operand_rows<bf16>, int, tile_part<softmax>*);
template __global__ void tile_states<256, 1>(softmax, operand_rows<fp16>, operand_rows<fp16>, int, tile_part<softmax>*);
template __global__ void tile_states<128, 1>(softmax, operand_rows<split>, operand_rows<split>, int,
                                             tile_part<softmax>*);
template __global__ void tile_states<256, 1>(softmax, operand_rows<split>, operand_rows<split>, int,
                                             tile_part<softmax>*);
template __global__ void tile_weights<64, output_rows::anchors>(softmax, operand_rows<bf16>, operand_rows<bf16>,
                                                                device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<128, output_rows::candidates>(softmax, operand_rows<bf16>, operand_rows<bf16>,
                                                                    device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<128, output_rows::anchors>(softmax, operand_rows<fp16>, operand_rows<fp16>,
                                                                 device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<256, output_rows::anchors>(softmax, operand_rows<bf16>, operand_rows<bf16>,
                                                                 device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<128, output_rows::anchors>(softmax, operand_rows<split>, operand_rows<split>,
                                                                 device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<256, output_rows::anchors>(softmax, operand_rows<split>, operand_rows<split>,
                                                                 device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<256, output_rows::candidates>(softmax, operand_rows<split>, operand_rows<split>,
                                                                    device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<64, output_rows::both>(softmax, operand_rows<bf16>, operand_rows<bf16>,
                                                             device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<128, output_rows::both>(softmax, operand_rows<fp16>, operand_rows<fp16>,
                                                              device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<256, output_rows::both>(softmax, operand_rows<bf16>, operand_rows<bf16>,
                                                              device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<128, output_rows::both>(softmax, operand_rows<split>, operand_rows<split>,
                                                              device_saved<softmax>, tile_outputs);
template __global__ void tile_weights<256, output_rows::both>(softmax, operand_rows<split>, operand_rows<split>,
                                                              device_saved<softmax>, tile_outputs);
template __global__ void join_tiles(softmax, int, const tile_part<softmax>*, row_work<softmax>);
template __global__ void find_weight_unit(index_t, const float*, float, bool, float*);

}  // namespace mixcon::gpu
