// SPDX-License-Identifier: BSD-3-Clause
// What a core can do at most: multiply and add, exponentials, AMX products, copying. Each function works for so many
// rounds and returns how many operations (or bytes) that was; Python has the clock.
#include <mixcon/core/number/instruction_sets.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using floats_64 = float __attribute__((vector_size(64)));
using floats_32 = float __attribute__((vector_size(32)));
using floats_16 = float __attribute__((vector_size(16)));

/// 24 independent sums, enough for two multipliers of four cycles each. Inline assembly, so that none is left out.
MIXCON_FOR_AVX512 __attribute__((noinline)) double multiply_64(long long rounds) {
  constexpr int sums = 24;
  floats_64 sum[sums] = {}, x = {}, y = {};
  for (long long n = 0; n < rounds; ++n) {
#pragma GCC unroll 24
    for (int s = 0; s < sums; ++s) asm volatile("vfmadd231ps %2, %1, %0" : "+v"(sum[s]) : "v"(x), "v"(y));
  }
  return static_cast<double>(rounds) * sums * 32;
}
MIXCON_FOR_AVX2 __attribute__((noinline)) double multiply_32(long long rounds) {
  constexpr int sums = 12;
  floats_32 sum[sums] = {}, x = {}, y = {};
  for (long long n = 0; n < rounds; ++n) {
#pragma GCC unroll 12
    for (int s = 0; s < sums; ++s) asm volatile("vfmadd231ps %2, %1, %0" : "+x"(sum[s]) : "x"(x), "x"(y));
  }
  return static_cast<double>(rounds) * sums * 16;
}
double multiply_16(long long rounds) {
  constexpr int sums = 6;
  floats_16 sum[sums] = {}, product[sums] = {}, x = {};
  for (long long n = 0; n < rounds; ++n) {
#pragma GCC unroll 6
    for (int s = 0; s < sums; ++s) {
      asm volatile("mulps %1, %0" : "+x"(product[s]) : "x"(x));
      asm volatile("addps %1, %0" : "+x"(sum[s]) : "x"(x));
    }
  }
  return static_cast<double>(rounds) * sums * 8;
}

/// 2^x of normal results by a polynomial of degree 5 and the exponent's bits, as an engine at its limit would have it.
template <class V>
inline __attribute__((always_inline)) void raise_two_to(V& x) {
  using integers [[gnu::vector_size(sizeof(V))]] = std::int32_t;
  const V magic = V{} + 12582912.0F;
  const V rounded = x + magic;
  const V f = x - (rounded - magic);
  V p = f * 1.3391345e-3F + 9.6181298e-3F;
  p = p * f + 5.5503324e-2F;
  p = p * f + 2.4022652e-1F;
  p = p * f + 6.9314718e-1F;
  p = p * f + 1.0F;
  integers bits, exponent;
  std::memcpy(&bits, &p, sizeof bits);
  std::memcpy(&exponent, &rounded, sizeof exponent);
  bits += exponent << 23;
  std::memcpy(&x, &bits, sizeof x);
}
constexpr int exponents = 4096;
alignas(64) float exponent_of[exponents];

template <class V>
inline __attribute__((always_inline)) double sum_of_powers(long long rounds) {
  constexpr int lanes = sizeof(V) / sizeof(float);
  V sum[4] = {};
  for (long long n = 0; n < rounds; ++n) {
    for (int k = 0; k < exponents; k += 4 * lanes) {
#pragma GCC unroll 4
      for (int s = 0; s < 4; ++s) {
        V x;
        std::memcpy(&x, exponent_of + k + s * lanes, sizeof x);
        raise_two_to(x);
        sum[s] += x;
      }
    }
    asm volatile("" ::: "memory");
  }
  const V all = sum[0] + sum[1] + sum[2] + sum[3];
  asm volatile("" ::"m"(all));
  return static_cast<double>(rounds) * exponents;
}
MIXCON_FOR_AVX512 __attribute__((noinline)) double powers_64(long long rounds) {
  return sum_of_powers<floats_64>(rounds);
}
MIXCON_FOR_AVX2 __attribute__((noinline)) double powers_32(long long rounds) {
  return sum_of_powers<floats_32>(rounds);
}
double powers_16(long long rounds) { return sum_of_powers<floats_16>(rounds); }

bool has(mixcon::instruction_set set) { return mixcon::detail::instruction_set_of_processor() >= set; }

/// Whether there is AMX with bfloat16, and the system lets this process use it.
bool has_amx() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0) return false;
  constexpr unsigned bf16 = 1U << 22, tiles = 1U << 24;
  constexpr long request = 0x1023, tile_data = 18;
  return (d & bf16) != 0 && (d & tiles) != 0 && syscall(SYS_arch_prctl, request, tile_data) == 0;
}
double multiply_tiles(long long rounds) {
  struct alignas(64) {
    unsigned char palette = 1, start = 0, reserved[14] = {};
    unsigned short bytes[16] = {};
    unsigned char rows[16] = {};
  } shape;
  for (int k = 0; k < 8; ++k) shape.bytes[k] = 64, shape.rows[k] = 16;
  alignas(64) static unsigned char data[1024];
  const long stride = 64;
  asm volatile("ldtilecfg %0" ::"m"(shape));
  asm volatile(
      "tilezero %%tmm0\n\ttilezero %%tmm1\n\ttilezero %%tmm2\n\ttilezero %%tmm3\n\t"
      "tileloadd (%0,%1,1), %%tmm4\n\ttileloadd (%0,%1,1), %%tmm5\n\t"
      "tileloadd (%0,%1,1), %%tmm6\n\ttileloadd (%0,%1,1), %%tmm7" ::"r"(data),
      "r"(stride)
      : "memory");
  for (long long n = 0; n < rounds; ++n)
    asm volatile(
        "tdpbf16ps %tmm6, %tmm4, %tmm0\n\ttdpbf16ps %tmm7, %tmm4, %tmm1\n\t"
        "tdpbf16ps %tmm6, %tmm5, %tmm2\n\ttdpbf16ps %tmm7, %tmm5, %tmm3");
  asm volatile("tilerelease");
  return static_cast<double>(rounds) * 4 * 16 * 16 * 32 * 2;
}

}  // namespace

/// Flop of `rounds` rounds of multiplying and adding floats in the widest vectors.
extern "C" double roof_multiply(long long rounds) {
  return has(mixcon::instruction_set::avx512) ? multiply_64(rounds)
         : has(mixcon::instruction_set::avx2) ? multiply_32(rounds)
                                              : multiply_16(rounds);
}
/// Exponentials of floats.
extern "C" double roof_exponential(long long rounds) {
  for (int k = 0; k < exponents; ++k) exponent_of[k] = -static_cast<float>(k % 1000) * 0.02F;
  return has(mixcon::instruction_set::avx512) ? powers_64(rounds)
         : has(mixcon::instruction_set::avx2) ? powers_32(rounds)
                                              : powers_16(rounds);
}
/// Flop of bfloat16 products in AMX tiles; 0 where there are none.
extern "C" double roof_tiles(long long rounds) { return has_amx() ? multiply_tiles(rounds) : 0; }
#else  // nobody measured one: no floor is printed
extern "C" double roof_multiply(long long) { return 0; }
extern "C" double roof_exponential(long long) { return 0; }
extern "C" double roof_tiles(long long) { return 0; }
#endif
/// Bytes copied.
extern "C" double roof_copy(void* to, const void* from, long long bytes) {
  std::memcpy(to, from, static_cast<std::size_t>(bytes));
  asm volatile("" ::"r"(to) : "memory");
  return static_cast<double>(bytes);
}
