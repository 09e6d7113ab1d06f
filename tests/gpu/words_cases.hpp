// SPDX-License-Identifier: BSD-3-Clause
// Every word of mixcon/gpu/device.cuh in a kernel of one block, with numbers for which the result is known exactly. Run
// emulated, and first of all on a GPU: where one of these fails, nothing else can be right.
#pragma once

#include <mixcon/gpu/memory.cuh>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace mixcon_test {

using mixcon::bfloat16;
using mixcon::half;
using mixcon::index_t;
namespace gpu = mixcon::gpu;

// one warp:  out (16, 8) = a (16, 16) times b (16, 8), where b's transpose lies in memory, by a plain matrix load
// (turned 0), or b itself, by a transposed one (turned 1)
template <class Element>
__global__ void words_product(const Element* a, const Element* b, int turned, float* out) {
  const int lane = gpu::lane_of_warp();
  const gpu::shared_array<Element> left(0, 256), right(512, 256);
  for (int e = lane; e < 32; e += gpu::warp_size) gpu::copy_async<16>(left.address(8 * e), a + 8 * e, true);
  for (int e = lane; e < 16; e += gpu::warp_size) gpu::copy_async<16>(right.address(8 * e), b + 8 * e, true);
  gpu::copy_async_commit();
  gpu::copy_async_wait<0>();
  __syncthreads();
  std::uint32_t of_a[4], of_b[4];
  gpu::load_matrix_x4(of_a, left.address(lane % 16 * 16 + lane / 16 * 8));
  if (turned == 0)  // rows of the transpose: 8 of 16 numbers; both halves twice
    gpu::load_matrix_x4(of_b, right.address(lane % 8 * 16 + lane / 8 % 2 * 8));
  else  // rows of b: 16 of 8 numbers, twice
    gpu::load_matrix_x4<true>(of_b, right.address(lane % 16 * 8));
  float sum[4] = {};
  gpu::mma_16x8x16<Element>(sum, of_a, of_b[0], of_b[1]);
  for (int q = 0; q < 4; ++q) out[(lane / 4 + 8 * (q / 2)) * 8 + 2 * (lane % 4) + q % 2] = sum[q];
}

// 128 threads:  copies of 4, 8 and 16 bytes, where `valid` is false zeros
template <int Bytes>
__global__ void words_copies(const std::uint32_t* from, std::uint32_t* to) {
  constexpr int words = Bytes / 4;
  const gpu::shared_array<std::uint32_t> room(0, 128 * words);
  const int mine = static_cast<int>(threadIdx.x) * words;
  gpu::copy_async<Bytes>(room.address(mine), from + mine, threadIdx.x % 3 != 0);
  gpu::copy_async_commit();
  gpu::copy_async_wait<0>();
  __syncthreads();
  const int other = 128 * words - words - mine;
  for (int k = 0; k < words; ++k) to[other + k] = room.read(other + k);
}

struct three_words {
  float x;
  std::int32_t y;
  std::uint32_t z;
};
// 64 threads, of which the first warp sums by shuffles and all pass numbers on through a barrier of their own
static __global__ void words_exchanges(float* out) {
  const int lane = gpu::lane_of_warp();
  const three_words mine{static_cast<float>(lane), -lane, static_cast<std::uint32_t>(7 * lane)};
  const three_words next = gpu::shuffle(mine, (lane + 1) % gpu::warp_size);
  const three_words across = gpu::shuffle_xor(mine, 21);
  const float sum = gpu::sum_of_warp(static_cast<float>(lane));
  const gpu::shared_array<float> room(0, 64);
  const int thread = static_cast<int>(threadIdx.x);
  room.write(thread, static_cast<float>(thread));
  gpu::named_barrier<3>(64);
  out[4 * thread] = next.x + static_cast<float>(next.y) + static_cast<float>(next.z);
  out[4 * thread + 1] = across.x + static_cast<float>(across.y) + static_cast<float>(across.z);
  out[4 * thread + 2] = sum;
  out[4 * thread + 3] = room.read(63 - thread);
}

// 128 threads:  2^x, log2 of it, and what rounding to two bytes makes of x; sixteen bytes of x copied
static __global__ void words_numbers(const float* x, float* power, float* logarithm, std::uint32_t* pairs,
                                     float* copy) {
  const auto k = static_cast<int>(threadIdx.x);
  power[k] = gpu::exp2_fast(x[k]);
  logarithm[k] = gpu::log2_fast(power[k]);
  pairs[2 * k] = gpu::packed_pair<bfloat16>(x[k], -x[k]);
  pairs[2 * k + 1] = gpu::packed_pair<half>(-x[k], x[k]);
  if (k % 4 == 0) gpu::store_16(copy + k, gpu::load_16(x + k));
}

/// Arrays on the device for one case.
template <class T>
class words_array {
 public:
  explicit words_array(const std::vector<T>& host) : memory_(host.size() * sizeof(T)) {
    gpu::require_ok("words", gpu::copy_to_device(memory_.data(), host.data(), memory_.bytes(), {}));
  }
  explicit words_array(std::size_t count) : memory_(count * sizeof(T)) {
    gpu::require_ok("words", gpu::fill_bytes(memory_.data(), 0xFF, memory_.bytes(), {}));
  }
  T* data() const { return static_cast<T*>(memory_.data()); }
  std::vector<T> host() const {
    std::vector<T> found(memory_.bytes() / sizeof(T));
    gpu::require_ok("words", gpu::copy_to_host(found.data(), memory_.data(), memory_.bytes(), {}));
    gpu::require_ok("words", gpu::wait({}));
    return found;
  }

 private:
  gpu::device_memory memory_;
};

struct words_report {
  int passed = 0, failed = 0;
  void note(const std::string& title, bool good) {
    std::printf("%s %s\n", good ? "ok    " : "FAILED", title.c_str());
    ++(good ? passed : failed);
  }
};

/// Integers of at most 15 in size, whose products and sums are exact.
inline int words_integer(std::size_t k) { return static_cast<int>(k * 2654435761U % 31U) - 15; }

template <class Element>
void check_products(words_report& report, const std::string& element) {
  std::vector<Element> a, b(128), turned(128), identity(128, Element(0.0F));
  for (std::size_t k = 0; k < 256; ++k) a.push_back(Element(static_cast<float>(words_integer(k))));
  for (std::size_t i = 0; i < 16; ++i)
    for (std::size_t j = 0; j < 8; ++j) {
      b[8 * i + j] = turned[16 * j + i] = Element(static_cast<float>(words_integer(300 + 8 * i + j)));
      if (i == j) identity[8 * i + j] = Element(1.0F);
    }
  const words_array<Element> left(a), right(b), transposed(turned), one(identity);
  const auto product = [&](const words_array<Element>& of, int how) {
    const words_array<float> out(128);
    gpu::require_ok("words",
                    gpu::launch<&words_product<Element>>(1, 32, 1024, {}, static_cast<const Element*>(left.data()),
                                                         static_cast<const Element*>(of.data()), how, out.data()));
    return out.host();
  };
  std::vector<float> columns(128), expected(128);
  for (std::size_t i = 0; i < 16; ++i)
    for (std::size_t j = 0; j < 8; ++j) {
      columns[8 * i + j] = static_cast<float>(a[16 * i + j]);
      for (std::size_t k = 0; k < 16; ++k)
        expected[8 * i + j] += static_cast<float>(a[16 * i + k]) * static_cast<float>(b[8 * k + j]);
    }
  report.note("mma and ldmatrix: times the identity, " + element, product(one, 1) == columns);
  report.note("mma and ldmatrix: a product of integers, " + element, product(transposed, 0) == expected);
  report.note("mma and transposed ldmatrix: the same, " + element, product(right, 1) == expected);
}

template <int Bytes>
void check_copies(words_report& report) {
  constexpr std::size_t words = Bytes / 4;
  std::vector<std::uint32_t> given, expected;
  for (std::size_t k = 0; k < 128 * words; ++k) {
    given.push_back(static_cast<std::uint32_t>(k * 2654435761U) | 1U);
    expected.push_back(k / words % 3 != 0 ? given[k] : 0U);
  }
  const words_array<std::uint32_t> from(given), to(given.size());
  gpu::require_ok("words", gpu::launch<&words_copies<Bytes>>(
                               1, 128, 128 * Bytes, {}, static_cast<const std::uint32_t*>(from.data()), to.data()));
  report.note("asynchronous copies of " + std::to_string(Bytes) + " bytes, and zeros", to.host() == expected);
}

inline void check_exchanges(words_report& report) {
  const words_array<float> out(256);
  gpu::require_ok("words", gpu::launch<&words_exchanges>(1, 64, 256, {}, out.data()));
  const std::vector<float> found = out.host();
  bool shuffled = true, crossed = true, summed = true, passed_on = true;
  for (int t = 0; t < 64; ++t) {
    const auto at = static_cast<std::size_t>(4 * t);
    shuffled = shuffled && found[at] == static_cast<float>(7 * ((t + 1) % 32));
    crossed = crossed && found[at + 1] == static_cast<float>(7 * (t % 32 ^ 21));
    summed = summed && found[at + 2] == 496.0F;
    passed_on = passed_on && found[at + 3] == static_cast<float>(63 - t);
  }
  report.note("shuffles of a struct", shuffled);
  report.note("exchanges across lanes", crossed);
  report.note("a sum over a warp", summed);
  report.note("a named barrier of 64 threads", passed_on);
}

inline void check_numbers(words_report& report) {
  std::vector<float> x;
  for (int k = 0; k < 128; ++k) x.push_back(static_cast<float>(k - 64) * 0.7512207F);
  const words_array<float> given(x), power(128), logarithm(128), copy(128);
  const words_array<std::uint32_t> pairs(256);
  gpu::require_ok("words", gpu::launch<&words_numbers>(1, 128, 0, {}, static_cast<const float*>(given.data()),
                                                       power.data(), logarithm.data(), pairs.data(), copy.data()));
  const auto powers = power.host(), logarithms = logarithm.host();
  const auto rounded = pairs.host();
  double power_error = 0, logarithm_error = 0;
  bool good = true;
  for (std::size_t k = 0; k < 128; ++k) {
    const double exact = std::exp2(static_cast<double>(x[k]));
    power_error = std::fmax(power_error, std::fabs(static_cast<double>(powers[k]) / exact - 1));
    const double of_power = std::log2(static_cast<double>(powers[k]));
    const double by = std::fabs(static_cast<double>(logarithms[k]) - of_power) / std::fmax(1, std::fabs(of_power));
    logarithm_error = std::fmax(logarithm_error, by);
    good = good && rounded[2 * k] == (bfloat16(x[k]).bits() | std::uint32_t{bfloat16(-x[k]).bits()} << 16U);
    good = good && rounded[2 * k + 1] == (half(-x[k]).bits() | std::uint32_t{half(x[k]).bits()} << 16U);
  }
  report.note("2^x to 4e-7 of it", power_error <= 4e-7);
  report.note("log2 x to 4e-7 of it, or of 1", logarithm_error <= 4e-7);
  report.note("numbers round to two bytes as the library's types do", good);
  report.note("sixteen bytes at once", copy.host() == x);
}

inline void check_every_word(words_report& report) {
  check_products<bfloat16>(report, "bfloat16");
  check_products<half>(report, "half");
  check_copies<4>(report), check_copies<8>(report), check_copies<16>(report);
  check_exchanges(report), check_numbers(report);
}

}  // namespace mixcon_test
