// SPDX-License-Identifier: BSD-3-Clause
// Where a thread is in its block and grid, by CUDA's own names.
#pragma once

struct uint3 {
  unsigned x = 0, y = 0, z = 0;
};
struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3(unsigned columns = 1, unsigned rows = 1, unsigned layers = 1)  // NOLINT(google-explicit-constructor)
      : x(columns), y(rows), z(layers) {}
};
inline uint3 threadIdx, blockIdx;
inline dim3 blockDim, gridDim;
