// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: these batches lie in a device's memory, and this call mixes in the host's
// at most: 40 lines
#include <mixcon/gpu/device_tensor.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>

using namespace mixcon;

int main() {
  float* const on_device = nullptr;
  const auto x = gpu::device_matrix(on_device, 4, 2);
  blend(mix_plan<interpolated>{}, x, x);
}
