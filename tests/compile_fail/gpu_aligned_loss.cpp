// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this tensor lies in a device's memory, and this call works in the host's
// at most: 40 lines
#include "gpu/emulator/emulator.hpp"

#include <mixcon/gpu/stream.cuh>
#include <mixcon/losses/knowledge_distillation.hpp>

using namespace mixcon;

int main() {
  float* const on_device = nullptr;
  const auto student = gpu::device_matrix(on_device, 4, 2);
  value_and_grad(gpu::stream{}, knowledge_distillation{}, student, student, {});
}
