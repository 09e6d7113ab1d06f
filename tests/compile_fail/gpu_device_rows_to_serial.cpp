// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this tensor lies in a device's memory, and this call works in the host's
// at most: 40 lines
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/gpu/device_tensor.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

int main() {
  float* const on_device = nullptr;
  const auto z = gpu::device_matrix(on_device, 4, 2);
  value_and_grad(serial{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z, z);
}
