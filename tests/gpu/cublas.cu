// SPDX-License-Identifier: BSD-3-Clause
// Links cublas. The cases of products/host.cpp, by cuBLAS on a GPU.
#include "gpu/device.cuh"

#include <mixcon/gpu/cublas_products.hpp>
#include <mixcon/gpu/stream.cuh>

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/info_nce.hpp>

#include "gpu/product_cases.hpp"

#include <cstdio>

namespace {

namespace gpu = mixcon::gpu;
using mixcon::index_t;

/// The loss of 66 rows, their own candidates, by chunks of 20 anchors; how far it and its gradient are from serial's.
double apart_by_chunks() {
  mixcon_test::device_numbers<float> numbers(66, 37, 5), slopes(66, 37, 6);
  const mixcon::objective nt_xent{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  const mixcon::view_targets targets{.samples = 33};
  const std::vector<double> rows(numbers.host.begin(), numbers.host.end());
  std::vector<double> expected(rows.size());
  const mixcon::axes<2> shape{66, 37}, strides{numbers.stride, 1};
  const mixcon::matrix_view<double> on_host(expected.data(), shape, strides);
  const double value = mixcon::value_and_grad(mixcon::serial{}, nt_xent, targets,
                                              mixcon::matrix_view<const double>(rows.data(), shape, strides), on_host);
  const gpu::device_tensor<float, 2> z(numbers.view().data, shape, strides), by_z(slopes.view().data, shape, strides);
  const gpu::stream_handle queue{};

  gpu::cublas_products products;
  gpu::require_ok("open", products.open());
  gpu::chunk_stream by_chunks{.queue = queue, .entries_at_once = 66 * 20, .products = &products};
  const gpu::device_memory room(gpu::workspace_bytes(by_chunks, nt_xent, targets, z, z));
  by_chunks.workspace = room.data(), by_chunks.workspace_bytes = room.bytes();
  const float loss_by_chunks = mixcon::value_and_grad(by_chunks, nt_xent, targets, z, by_z);

  slopes.fetch();
  double worst = std::abs(static_cast<double>(loss_by_chunks) - value);
  for (index_t i = 0; i < 66; ++i)
    for (index_t k = 0; k < 37; ++k) {
      const double off = std::abs(slopes.number(i, k) - on_host(i, k));
      if (!(off <= worst)) worst = off;
    }
  return worst;
}

}  // namespace

int main() {
  if (!mixcon_test::find_gpu()) return 77;
  mixcon::gpu::cublas_products products;
  if (const auto opened = products.open(); !opened.ok()) return std::printf("cuBLAS: %s\n", opened.error), 1;
  int failed = 0;
  const auto check = [&](const char* types, double worst, double most) {
    const bool right = worst <= most;
    std::printf("%s %s: off by %.3g\n", right ? "ok    " : "FAILED", types, worst);
    failed += right ? 0 : 1;
  };
  using mixcon_test::worst_product;
  check("double", worst_product<double, double>(products, 65, 129, 33), 1e-12);
  check("float", worst_product<float, float>(products, 65, 129, 33), 1e-4);
  check("half to float", worst_product<mixcon::half, float>(products, 65, 129, 33), 1e-4);
  check("half", worst_product<mixcon::half, mixcon::half>(products, 65, 129, 33), 4e-2);
  check("bfloat16 to float", worst_product<mixcon::bfloat16, float>(products, 65, 129, 33), 1e-4);
  check("bfloat16", worst_product<mixcon::bfloat16, mixcon::bfloat16>(products, 65, 129, 33), 3e-1);
  check("a chunk_stream's call", apart_by_chunks(), 1e-5);
  return failed == 0 ? 0 : 1;
}
