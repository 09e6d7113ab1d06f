// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Vectors of floats for the loops over activations; included by activation_loops_body.hpp only.

#include <cstddef>
#include <cstdint>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace mixcon_train {
inline namespace devices {
namespace {

// Floats side by side, and what they are loaded from; g++ makes no vector types that depend on a template's parameter.
struct sixteen_lanes {
  static constexpr std::size_t width = 16;
  typedef float number __attribute__((vector_size(64)));
  typedef float loose __attribute__((vector_size(64), aligned(4)));
  typedef std::uint32_t bits __attribute__((vector_size(64)));
  typedef std::uint16_t halves __attribute__((vector_size(32)));
  typedef std::uint16_t loose_halves __attribute__((vector_size(32), aligned(2)));
};
struct eight_lanes {
  static constexpr std::size_t width = 8;
  typedef float number __attribute__((vector_size(32)));
  typedef float loose __attribute__((vector_size(32), aligned(4)));
  typedef std::uint32_t bits __attribute__((vector_size(32)));
  typedef std::uint16_t halves __attribute__((vector_size(16)));
  typedef std::uint16_t loose_halves __attribute__((vector_size(16), aligned(2)));
};
struct one_lane {
  static constexpr std::size_t width = 1;
  typedef float number __attribute__((vector_size(4)));
  typedef float loose __attribute__((vector_size(4)));
  typedef std::uint32_t bits __attribute__((vector_size(4)));
  typedef std::uint16_t halves __attribute__((vector_size(2)));
  typedef std::uint16_t loose_halves __attribute__((vector_size(2)));
};

template <class Lanes>
struct vectors : Lanes {
  using typename Lanes::bits;
  using typename Lanes::halves;
  using typename Lanes::loose;
  using typename Lanes::loose_halves;
  using typename Lanes::number;

  // g++ 12 takes several instructions for what AVX-512 does in one.
  static bits widened(halves x) {
#if defined(__AVX512F__)
    if constexpr (Lanes::width == 16)
      return __builtin_bit_cast(bits, _mm512_cvtepu16_epi32(__builtin_bit_cast(__m256i, x)));
    else
#endif
      return __builtin_convertvector(x, bits);
  }
  static halves narrowed(bits x) {
#if defined(__AVX512F__)
    if constexpr (Lanes::width == 16)
      return __builtin_bit_cast(halves, _mm512_cvtepi32_epi16(__builtin_bit_cast(__m512i, x)));
    else
#endif
      return __builtin_convertvector(x, halves);
  }

  static number load(const float* from) { return *reinterpret_cast<const loose*>(from); }
  /// Stores, and returns what a load would find.
  static number store(number x, float* to) { return *reinterpret_cast<loose*>(to) = x; }
  static number load(const std::uint16_t* from) {
    const halves stored = *reinterpret_cast<const loose_halves*>(from);
    return __builtin_bit_cast(number, widened(stored) << 16);
  }
  /// To nearest, ties to even; NaN stays NaN.
  static number store(number x, std::uint16_t* to) {
    const halves kept = rounded(x);
    *reinterpret_cast<loose_halves*>(to) = kept;
    return __builtin_bit_cast(number, widened(kept) << 16);
  }
  static halves rounded(number x) {
#if defined(__AVX512BF16__)
    if constexpr (Lanes::width == 16)
      return __builtin_bit_cast(halves, _mm512_cvtneps_pbh(__builtin_bit_cast(__m512, x)));
#endif
    const bits of = __builtin_bit_cast(bits, x), nearest = (of + 0x7FFF + ((of >> 16) & 1)) >> 16;
    const bits is_nan = __builtin_bit_cast(bits, x != x);
    return narrowed((nearest & ~is_nan) | (is_nan & 0x7FC0));
  }
  static number all(float x) { return number{} + x; }
  /// x where y > 0, else 0.
  static number where_above(number y, number x) {
    return __builtin_bit_cast(number, __builtin_bit_cast(bits, x) & __builtin_bit_cast(bits, y > number{}));
  }
  static number at_least(number x, number floor) {
#if defined(__AVX512F__)
    if constexpr (Lanes::width == 16)  // the second of two where one is NaN
      return __builtin_bit_cast(number,
                                _mm512_max_ps(__builtin_bit_cast(__m512, floor), __builtin_bit_cast(__m512, x)));
#endif
    const bits below = __builtin_bit_cast(bits, x < floor);
    return __builtin_bit_cast(number,
                              (__builtin_bit_cast(bits, floor) & below) | (__builtin_bit_cast(bits, x) & ~below));
  }
};

}  // namespace
}  // namespace devices
}  // namespace mixcon_train
