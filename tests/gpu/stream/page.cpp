// SPDX-License-Identifier: BSD-3-Clause
// What docs/gpu.md shows.
#include "gpu/emulator/emulator.hpp"

#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/gpu/enqueue.cuh>
#include <mixcon/gpu/host_products.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <cmath>
#include <cstring>
#include <vector>

namespace gpu = mixcon::gpu;

TEST_CASE("The page's program trains on device rows", "[gpu]") {
  const mixcon::index_t samples = 3, width = 5;
  std::vector<float> numbers(static_cast<std::size_t>(2 * samples * width)), expected(numbers.size());
  for (std::size_t k = 0; k < numbers.size(); ++k) numbers[k] = std::sin(static_cast<float>(k));
  const gpu::device_memory memory(numbers.size() * sizeof(float)), slopes(memory.bytes()), place(sizeof(gpu::outcome));
  std::memcpy(memory.data(), numbers.data(), memory.bytes());
  auto* const embeddings = static_cast<float*>(memory.data());
  auto* const gradient = static_cast<float*>(slopes.data());
  auto* const outcome = static_cast<gpu::outcome*>(place.data());
  const gpu::stream_handle queue{};

  const mixcon::objective nt_xent{mixcon::info_nce{.temperature = 0.1}, mixcon::cosine{}};
  const mixcon::view_targets targets{.samples = samples};
  const auto z = gpu::device_matrix(embeddings, 2 * samples, width);
  const auto by_z = gpu::device_matrix(gradient, 2 * samples, width);

  gpu::stream on{.queue = queue};
  const gpu::device_memory workspace(gpu::workspace_bytes(on, nt_xent, targets, z, z));  // once, for all steps
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  const float loss = mixcon::value_and_grad(on, nt_xent, targets, z, by_z);

  const mixcon::matrix_view<float> rows{numbers.data(), {2 * samples, width}}, by_rows{expected.data(), rows.extents()};
  CHECK(std::abs(loss - mixcon::value_and_grad(mixcon::serial{}, nt_xent, targets, rows, by_rows)) < 1e-6F);

  const mixcon::gradients<float> wanted{.anchors = by_z, .candidates = {by_z}};
  const gpu::enqueue_status enqueued = gpu::enqueue_value_and_grad(on, nt_xent, targets, z, z, wanted, outcome);
  CHECK(enqueued.ok());

  gpu::outcome found;
  static_cast<void>(gpu::copy_to_host(&found, outcome, sizeof found, queue));
  static_cast<void>(gpu::wait(queue));
  CHECK(gpu::read<float>(found) == loss);
  for (std::size_t k = 0; k < expected.size(); ++k) CHECK(std::abs(gradient[k] - expected[k]) < 1e-5F);

  gpu::tile_stream by_tiles{.queue = queue};
  const gpu::device_memory more(gpu::workspace_bytes(by_tiles, nt_xent, targets, z, z));
  by_tiles.workspace = more.data(), by_tiles.workspace_bytes = more.bytes();
  const float same_loss = mixcon::value_and_grad(by_tiles, nt_xent, targets, z, by_z);
  CHECK(std::abs(same_loss - loss) < 2e-5F * loss);
  for (std::size_t k = 0; k < expected.size(); ++k) CHECK(std::abs(gradient[k] - expected[k]) < 3e-5F);

  gpu::host_products products;
  gpu::chunk_stream by_chunks{.queue = queue, .products = &products};
  const gpu::device_memory room(gpu::workspace_bytes(by_chunks, nt_xent, targets, z, z));
  by_chunks.workspace = room.data(), by_chunks.workspace_bytes = room.bytes();
  const float loss_by_chunks = mixcon::value_and_grad(by_chunks, nt_xent, targets, z, by_z);
  CHECK(std::abs(loss_by_chunks - loss) < 1e-6F * loss);
  for (std::size_t k = 0; k < expected.size(); ++k) CHECK(std::abs(gradient[k] - expected[k]) < 1e-5F);
}
