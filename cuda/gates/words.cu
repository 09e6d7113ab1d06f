// SPDX-License-Identifier: BSD-3-Clause
// Compiled for every architecture by cuda/check_compile: each word of device.cuh in one small kernel.
#include "gpu/ring_product.cuh"

template __global__ void mixcon_test::ring_product(const mixcon::bfloat16*, const mixcon::bfloat16*, int, int, float*);
template __global__ void mixcon_test::ring_product(const mixcon::half*, const mixcon::half*, int, int, float*);
