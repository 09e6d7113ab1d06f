// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The three ladders, from the first rung to the last.

#include "blend/ring.cuh"
#include "blend/sixteen_bytes.cuh"
#include "blend/thread_per_sample.cuh"
#include "blend/two_bodies.cuh"
#include "blend/warp_per_sample.cuh"
#include "gradient/block_per_row.cuh"
#include "gradient/matrix_units.cuh"
#include "gradient/ring.cuh"
#include "gradient/shared_tile.cuh"
#include "gradient/thread_per_row.cuh"
#include "gradient/two_bodies.cuh"
#include "gradient/warp_per_row.cuh"
#include "log_sum_exp/block_per_row.cuh"
#include "log_sum_exp/matrix_units.cuh"
#include "log_sum_exp/ring.cuh"
#include "log_sum_exp/shared_tile.cuh"
#include "log_sum_exp/thread_per_row.cuh"
#include "log_sum_exp/two_bodies.cuh"
#include "log_sum_exp/warp_per_row.cuh"

namespace mixcon_lab {

inline constexpr rung<row_problem> log_sum_exp_ladder[] = {
    {"thread per row", &launch_lse_thread_per_row, 32}, {"warp per row", &launch_lse_warp_per_row, 1},
    {"block per row", &launch_lse_block_per_row, 1},    {"shared tile", &launch_lse_shared_tile, 128},
    {"matrix units", &launch_lse_matrix_units, 64},     {"ring", &launch_lse_ring, 64},
    {"two bodies", &launch_lse_two_bodies, 64},
};

inline constexpr rung<row_problem> gradient_ladder[] = {
    {"thread per row", &launch_gradient_thread_per_row, 32}, {"warp per row", &launch_gradient_warp_per_row, 1},
    {"block per row", &launch_gradient_block_per_row, 1},    {"shared tile", &launch_gradient_shared_tile, 128},
    {"matrix units", &launch_gradient_matrix_units, 64},     {"ring", &launch_gradient_ring, 64},
    {"two bodies", &launch_gradient_two_bodies, 64},
};

inline constexpr rung<blend_problem> blend_ladder[] = {
    {"thread per sample", &launch_blend_thread_per_sample, 1},
    {"warp per sample", &launch_blend_warp_per_sample, 1},
    {"sixteen bytes", &launch_blend_sixteen_bytes, 1},
    {"ring", &launch_blend_ring, 1},
    {"two bodies", &launch_blend_two_bodies, 1},
};

}  // namespace mixcon_lab
