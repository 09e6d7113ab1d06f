// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
#include "gpu/emulated.hpp"

#include <mixcon/gpu/host_products.hpp>

#include "gpu/product_cases.hpp"
#include "support/catch.hpp"

namespace gpu = mixcon::gpu;
using mixcon_test::device_numbers;
using mixcon_test::worst_product;

TEST_CASE("Products of every type, turned or not, agree with their definition", "[gpu]") {
  gpu::host_products products;
  CHECK(worst_product<double, double>(products, 5, 9, 7) < 1e-14);
  CHECK(worst_product<float, float>(products, 5, 9, 7) < 1e-6);
  CHECK(worst_product<mixcon::half, float>(products, 5, 9, 7) < 1e-6);
  CHECK(worst_product<mixcon::half, mixcon::half>(products, 5, 9, 7) < 5e-3);
  CHECK(worst_product<mixcon::bfloat16, float>(products, 5, 9, 7) < 1e-6);
  CHECK(worst_product<mixcon::bfloat16, mixcon::bfloat16>(products, 5, 9, 7) < 4e-2);
  CHECK(products.enqueued == 6 * 8);
}

TEST_CASE("A product over nothing multiplies the result by beta", "[gpu]") {
  device_numbers<float> result(2, 2, 1);
  const float before = result.at(1, 1);
  gpu::host_products products;
  const gpu::product_matrix<float> left{nullptr, 2, 0, 1}, right{nullptr, 0, 2, 2};
  REQUIRE(products.multiply(nullptr, 1, left, right, 0.5, result.view()).ok());
  result.fetch();
  CHECK(result.at(1, 1) == before / 2);
}

TEST_CASE("Products that make no sense are refused in the status", "[gpu]") {
  const device_numbers<float> left(2, 3, 1), right(3, 4, 2), result(2, 4, 3), other(4, 2, 3);
  gpu::host_products products;
  const auto why = [&](auto a, auto b, auto c) {
    const gpu::status found = products.multiply(nullptr, 1, a, b, 0, c);
    return std::string(found.ok() ? "" : found.error);
  };
  CHECK(why(left.view(), right.view(), result.view()).empty());
  CHECK_THAT(why(left.view().transposed(), right.view(), result.view()), ContainsSubstring("shapes do not fit"));
  auto narrow = right.view();
  narrow.stride = 3;
  CHECK_THAT(why(left.view(), narrow, result.view()), ContainsSubstring("stride is shorter"));
  CHECK_THAT(why(left.view(), right.view(), other.view().transposed()), ContainsSubstring("result is turned"));
  std::vector<float> of_host(6);
  const gpu::product_matrix<float> elsewhere{of_host.data(), 2, 3, 3};
  CHECK_THAT(why(elsewhere, right.view(), result.view()), ContainsSubstring("does not lie"));
}
