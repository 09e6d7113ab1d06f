// SPDX-License-Identifier: BSD-3-Clause
// Links cublas. The cases of products/host.cpp, by cuBLAS on a GPU.
#include "gpu/device.cuh"

#include <mixcon/gpu/cublas_products.hpp>

#include "gpu/product_cases.hpp"

#include <cstdio>

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
  return failed == 0 ? 0 : 1;
}
