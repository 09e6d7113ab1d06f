// SPDX-License-Identifier: BSD-3-Clause
// A plain program on the compiled library: the loss of two pairs of rows on a GPU, or why there is none.
#include <mixcon/gpu.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <cmath>
#include <cstdio>
#include <stdexcept>

int main() {
  using namespace mixcon;
  const float rows[8] = {1, 0, 0, 1, 1, 0, 0, 1};
  const objective criterion{info_nce{.temperature = 1}, cosine{}};
  try {
    const gpu::compiled_memory memory(sizeof rows);
    memory.set(rows);
    auto* const data = static_cast<float*>(memory.data());
    const auto anchors = gpu::device_matrix(data, 2, 2), keys = gpu::device_matrix(data + 4, 2, 2);
    gpu::compiled on;
    const gpu::compiled_memory room(gpu::workspace_bytes(on, criterion, diagonal_targets{}, anchors, keys));
    on.workspace = room.data(), on.workspace_bytes = room.bytes();
    gpu::saved kept;
    const float loss = forward(on, criterion, diagonal_targets{}, anchors, keys, kept);
    const float expected = std::log(1 + std::exp(-1.0F));
    std::printf("loss %g, expected %g\n", static_cast<double>(loss), static_cast<double>(expected));
    return std::fabs(loss - expected) < 1e-6F ? 0 : 1;
  } catch (const std::invalid_argument& refused) {
    std::printf("%s\n", refused.what());
    return 2;
  }
}
