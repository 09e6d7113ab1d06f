// SPDX-License-Identifier: BSD-3-Clause
// A program of plain C++, without the emulator's headers or CUDA's, that links the compiled library.
#include <mixcon/gpu.hpp>

#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/info_nce.hpp>

#include "support/catch.hpp"
#include "support/embeddings.hpp"

using namespace mixcon;

#if defined(__CUDACC__) || defined(MIXCON_GPU_EMULATED)
#error "this test must not see kernels"
#endif

namespace {

/// Numbers on the host, and a copy on the device.
struct both_sides {
  std::vector<float> host;
  gpu::compiled_memory device;
  explicit both_sides(std::vector<float> numbers) : host(std::move(numbers)), device(host.size() * sizeof(float)) {
    device.set(host.data());
  }
  const std::vector<float>& fetched() {
    device.get(host.data());
    return host;
  }
  gpu::device_tensor<float, 2> rows(index_t count, index_t width) const {
    return gpu::device_matrix(static_cast<float*>(device.data()), count, width);
  }
};
std::vector<float> numbers(index_t count, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<float> made;
  for (index_t k = 0; k < count; ++k) made.push_back(static_cast<float>(bits()) * 0x1p-31F - 1);
  return made;
}
std::vector<double> wide(const std::vector<float>& of) { return {of.begin(), of.end()}; }
double apart(const std::vector<float>& found, const std::vector<double>& expected) {
  double top = 1e-6, worst = 0;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    top = std::max(top, std::abs(expected[k]));
    const double by = std::abs(static_cast<double>(found[k]) - expected[k]);
    if (!(by <= worst)) worst = by;
  }
  return worst / top;
}

}  // namespace

TEST_CASE("Plain C++ that links the compiled library gets serial's values and gradients", "[gpu]") {
  const objective nt_xent{info_nce{.temperature = 0.2}, cosine{}};
  const view_targets targets{.samples = 5};
  both_sides z(numbers(10 * 24, 1)), slopes(std::vector<float>(10 * 24));
  const auto on_host = wide(z.host);
  std::vector<double> expected(on_host.size());
  double slope = 0, expected_slope = 0;
  const matrix_view<double> by_z(expected.data(), {10, 24});
  const double value = value_and_grad(serial{}, nt_xent, targets, matrix_view<const double>(on_host.data(), {10, 24}),
                                      embedding_gradients<double>{.embeddings = by_z, .temperature = &expected_slope});
  for (const bool tensor_cores : {false, true}) {
    CAPTURE(tensor_cores);
    gpu::compiled on{.tensor_cores = tensor_cores};
    const auto rows = z.rows(10, 24), by_rows = slopes.rows(10, 24);
    const gpu::compiled_memory workspace(gpu::workspace_bytes(on, nt_xent, targets, rows, rows));
    on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
    const float found = value_and_grad(on, nt_xent, targets, rows,
                                       embedding_gradients<float>{.embeddings = by_rows, .temperature = &slope});
    CHECK(std::abs(static_cast<double>(found) - value) < (tensor_cores ? 2e-5 : 1e-6));
    CHECK(apart(slopes.fetched(), expected) < (tensor_cores ? 4e-5 : 1e-5));
    CHECK(std::abs(slope - expected_slope) < 1e-4);
  }
}

TEST_CASE("The page's program runs in the compiled library", "[gpu]") {
  const both_sides numbers_of(numbers(6 * 8, 1)), slopes(std::vector<float>(6 * 8));
  const auto z = numbers_of.rows(6, 8), by_z = slopes.rows(6, 8);
  const objective nt_xent{info_nce{}, cosine{}};
  const view_targets targets{.samples = 3};
  void* const queue = nullptr;

  mixcon::gpu::compiled on{.queue = queue};
  const mixcon::gpu::compiled_memory workspace(mixcon::gpu::workspace_bytes(on, nt_xent, targets, z, z));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  const float loss = mixcon::value_and_grad(on, nt_xent, targets, z, by_z);

  const auto rows = wide(numbers_of.host);
  std::vector<double> unused(rows.size());
  const matrix_view<double> by_rows(unused.data(), {6, 8});
  const double expected =
      value_and_grad(serial{}, nt_xent, targets, matrix_view<const double>(rows.data(), {6, 8}), by_rows);
  CHECK(std::abs(static_cast<double>(loss) - expected) < 1e-6);
}

TEST_CASE("forward and backward run in the compiled library", "[gpu]") {
  const objective criterion{decoupled{}, cosine{}};
  const view_targets targets{.samples = 3};
  both_sides z(numbers(6 * 8, 1)), slopes(std::vector<float>(6 * 8));
  const auto on_host = wide(z.host);
  std::vector<double> expected(on_host.size());
  const matrix_view<double> by_z(expected.data(), {6, 8});
  const double value =
      value_and_grad(serial{}, criterion, targets, matrix_view<const double>(on_host.data(), {6, 8}), by_z);
  gpu::compiled on;
  const auto rows = z.rows(6, 8);
  const gpu::compiled_memory workspace(gpu::workspace_bytes(on, criterion, targets, rows, rows));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  const gpu::compiled_memory memory(gpu::saved_bytes(on, criterion, targets, rows, rows));
  gpu::saved kept{memory.data(), memory.bytes()};
  const float found = forward(on, criterion, targets, rows, kept);
  CHECK(std::abs(static_cast<double>(found) - value) < 1e-6);
  backward(on, criterion, targets, rows, kept, 2, slopes.rows(6, 8));
  for (double& x : expected) x *= 2;
  CHECK(apart(slopes.fetched(), expected) < 1e-5);
}

TEST_CASE("The compiled library refuses as gpu::stream does, and lists 24 pairs", "[gpu]") {
  const objective nt_xent{info_nce{}, cosine{}};
  both_sides z(numbers(6 * 4, 1)), slopes(numbers(6 * 4, 2));
  const auto rows = z.rows(6, 4);
  CHECK_THROWS_WITH(value_and_grad(gpu::compiled{}, nt_xent, view_targets{.samples = 3}, rows, slopes.rows(6, 4)),
                    ContainsSubstring("value_and_grad: the stream's workspace has 0 bytes"));
  std::vector<float> of_host(24);
  CHECK_THROWS_WITH(gpu::workspace_bytes(gpu::compiled{}, nt_xent, view_targets{.samples = 3},
                                         gpu::device_matrix(of_host.data(), 6, 4), rows),
                    ContainsSubstring("does not lie in the memory of this device"));
  STATIC_REQUIRE(gpu::is_compiled<objective<info_nce, dot_product>, label_targets>);
  STATIC_REQUIRE_FALSE(gpu::is_compiled<objective<info_nce, negative_distance>, label_targets>);
}
