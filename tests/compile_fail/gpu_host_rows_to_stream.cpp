// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: gpu::stream works on rows in device memory
// at most: 40 lines
#include "gpu/emulator/emulator.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/gpu/stream.cuh>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

int main() {
  float data[4] = {1, 2, 3, 4}, gradient[4];
  const matrix_view<const float> z{data, {2, 2}};
  value_and_grad(gpu::stream{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z,
                 matrix_view<float>{gradient, {2, 2}});
}
