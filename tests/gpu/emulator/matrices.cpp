// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
#include "gpu/emulator/kernel_run.hpp"

#include "support/catch.hpp"

#include <random>

using mixcon::bfloat16;
using mixcon::half;
using namespace mixcon::gpu;
using mixcon_test::broken_rule;
using mixcon_test::device_array;

namespace {

// One warp:  out (16, 8) = a (16, 16) b (8, 16)^T, rows of both in shared memory; rows lie `pitch` bytes apart, and
// with Swizzled their 16-byte chunks are permuted.
template <class Element, bool Swizzled>
__global__ void product(const Element* a, const Element* b, float* out, int pitch) {
  const int lane = lane_of_warp();
  const shared_array<Element> rows(0, 24 * pitch / 2);
  const auto place = [&](int row, int chunk) {
    return row * pitch / 2 + 8 * (Swizzled ? chunk ^ (row / 4 % 2) : chunk);
  };
  for (int e = lane; e < 24 * 2; e += 32) {
    const int row = e / 2;
    const Element* from = row < 16 ? a + row * 16 : b + (row - 16) * 16;
    copy_async<16>(rows.address(place(row, e % 2)), from + 8 * (e % 2), true);
  }
  copy_async_commit();
  copy_async_wait<0>();
  __syncwarp();
  std::uint32_t left[4], right[4];
  load_matrix_x4(left, rows.address(place(lane % 16, lane / 16)));
  load_matrix_x4(right, rows.address(place(16 + lane % 8, lane / 8 % 2)));
  float sum[4] = {};
  mma_16x8x16<Element>(sum, left, right[0], right[1]);
  mma_16x8x16<Element>(sum, left, right[2], right[3]);  // the same again: matrices 2, 3 are 0, 1
  for (int q = 0; q < 4; ++q) out[(lane / 4 + 8 * (q / 2)) * 8 + 2 * (lane % 4) + q % 2] = sum[q];
}

// The transposed load gives what a load of the transpose gives.
__global__ void transpose(const half* a, std::uint32_t* out, int turned) {
  const int lane = lane_of_warp();
  const shared_array<half> rows(0, 16 * 16);
  for (int e = lane; e < 256; e += 32) rows.write(turned == 0 ? e : e % 16 * 16 + e / 16, a[e]);
  __syncwarp();
  std::uint32_t taken[4];
  half* row = rows.address((lane / 8 % 2 * 8 + lane % 8) * 16 + lane / 16 * 8);
  half* other = rows.address((lane / 16 * 8 + lane % 8) * 16 + lane / 8 % 2 * 8);
  if (turned == 0)
    load_matrix_x4<false>(taken, row);
  else
    load_matrix_x4<true>(taken, other);
  for (int q = 0; q < 4; ++q) out[4 * lane + q] = taken[q];
}
__global__ void half_a_warp(const half* a, float* out) {
  std::uint32_t left[4] = {};
  float sum[4] = {};
  mma_16x8x16<half>(sum, left, 0, 0);
  out[threadIdx.x] = sum[0] + static_cast<float>(a[0]);
}
__global__ void rounding(const float* x, std::uint32_t* out) {
  const auto lane = static_cast<std::size_t>(lane_of_warp());
  out[2 * lane] = packed_pair<bfloat16>(x[lane], -x[lane]);
  out[2 * lane + 1] = rounded<half>(x[lane]).bits();
}

template <class Element>
std::vector<Element> numbers(std::size_t count, unsigned seed) {
  std::mt19937 bits(seed);
  std::vector<Element> all;
  for (std::size_t k = 0; k < count; ++k)
    all.push_back(Element(std::ldexp(static_cast<double>(bits() >> 12U), -19) - 1));
  return all;
}

template <class Element, bool Swizzled>
void check_product(int pitch, std::uint64_t conflicts) {
  const auto a = numbers<Element>(256, 1), b = numbers<Element>(128, 2);
  const device_array<Element> left(a), right(b);
  const device_array<float> out(128);
  for (const auto& how : emulated::every_order()) {
    emulated::the_counts() = {};
    const auto rule = broken_rule<&product<Element, Swizzled>>(32, static_cast<std::size_t>(24 * pitch), how,
                                                               left.data(), right.data(), out.data(), pitch);
    CHECK(rule == "");
    CHECK(emulated::the_counts().bank_conflicts == conflicts);
    CHECK(emulated::the_counts().matrix_loads == 2);
    CHECK(emulated::the_counts().products == 2);
    const auto found = out.host();
    for (std::size_t i = 0; i < 16; ++i)
      for (std::size_t j = 0; j < 8; ++j) {
        double expected = 0;
        for (std::size_t k = 0; k < 16; ++k)
          expected += static_cast<double>(static_cast<float>(a[16 * i + k])) *
                      static_cast<double>(static_cast<float>(b[16 * j + k]));
        CHECK(static_cast<double>(found[8 * i + j]) == Approx(2 * expected).margin(1e-5));
      }
  }
}

}  // namespace

TEST_CASE("Tensor-core products agree with a naive product in double", "[gpu]") {
  check_product<bfloat16, true>(32, 0);
  check_product<half, true>(32, 0);
}

TEST_CASE("Bank conflicts of matrix loads are counted", "[gpu]") {
  check_product<half, false>(48, 0);    // 0, 3, 6, 1, 4, 7, 2, 5 of eight banks
  check_product<half, false>(32, 8);    // two rows on each of four banks, in eight matrices
  check_product<half, false>(128, 56);  // eight rows on one bank
}

TEST_CASE("A transposed matrix load is a load of the transpose", "[gpu]") {
  const device_array<half> a(numbers<half>(256, 3));
  const device_array<std::uint32_t> straight(128), turned(128);
  CHECK(broken_rule<&transpose>(32, 512, {}, a.data(), straight.data(), 0) == "");
  CHECK(broken_rule<&transpose>(32, 512, {}, a.data(), turned.data(), 1) == "");
  CHECK(straight.host() == turned.host());
  const auto bits = straight.host();
  CHECK((bits[0] & 0xFFFFU) == static_cast<std::uint32_t>(numbers<half>(256, 3)[0].bits()));
}

TEST_CASE("A product needs a whole warp", "[gpu]") {
  const device_array<half> a(1);
  const device_array<float> out(32);
  CHECK_THAT(broken_rule<&half_a_warp>(16, 0, {}, a.data(), out.data()), ContainsSubstring("all 32 lanes"));
}

TEST_CASE("Numbers round to two bytes as the library's types do", "[gpu]") {
  std::vector<float> x;
  for (int k = 0; k < 32; ++k) x.push_back(std::ldexp(1.0F + 0x1.1p-9F * static_cast<float>(k), k - 16));
  const device_array<float> given(x);
  const device_array<std::uint32_t> out(64);
  CHECK(broken_rule<&rounding>(32, 0, {}, given.data(), out.data()) == "");
  const auto found = out.host();
  for (std::size_t k = 0; k < 32; ++k) {
    CHECK(found[2 * k] == (bfloat16(x[k]).bits() | std::uint32_t{bfloat16(-x[k]).bits()} << 16));
    CHECK(found[2 * k + 1] == half(x[k]).bits());
  }
}
