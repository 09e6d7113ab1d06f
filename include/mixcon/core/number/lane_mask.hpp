// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Answers of comparisons of vector lanes, one a lane: vectors of integers, or the bits of AVX-512's mask registers.

#include <mixcon/core/number/instruction_sets.hpp>

#include <cstdint>

// g++ fixes the type that a comparison gives by the flags of the file, where it reads it: without AVX-512 there, 64
// bytes would be compared in pieces. Such lanes are compared by builtins, and their answers are bits, as the
// processor has them. clang needs none of this.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#define MIXCON_HAS_MASK_BITS 1
#else
#define MIXCON_HAS_MASK_BITS 0
#endif

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {

namespace vectors {
/// Lanes that are in use only where AVX-512 is: numbers that fill 64 bytes, and the indices of 16 of them. (8 indices
/// fill 64 bytes and are those of AVX2's floats too.)
template <class T, int W>
inline constexpr bool has_mask_bits =
    MIXCON_HAS_MASK_BITS != 0 && (std::is_integral_v<T> ? W == 16 : sizeof(T) * static_cast<unsigned>(W) == 64);
/// As g++ would align vectors if it knew the instruction set.
template <class T, int W>
inline constexpr std::size_t lane_alignment =
    sizeof(T) * static_cast<unsigned>(W) < 64 ? sizeof(T) * static_cast<unsigned>(W) : 64;
}  // namespace vectors

/// W answers, one a lane; every bit of a true lane is set.
template <class T, int W>
struct alignas(vectors::lane_alignment<T, W>) lane_mask {
  using integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  typedef integer vector
      __attribute__((vector_size(sizeof(T) * static_cast<unsigned>(W)), aligned(vectors::lane_alignment<T, W>)));
  vector v{};

  lane_mask() = default;
  MIXCON_HD lane_mask(const vector& answers) : v(answers) {}  // NOLINT(google-explicit-constructor)
  // By hand, so that masks are handed over in memory, whatever instruction set the two sides are compiled for.
  MIXCON_HD lane_mask(const lane_mask& other) : v(other.v) {}
  // NOLINTNEXTLINE(cert-oop54-cpp, bugprone-unhandled-self-assignment)
  MIXCON_HD lane_mask& operator=(const lane_mask& other) {
    v = other.v;
    return *this;
  }
  ~lane_mask() = default;

  MIXCON_HD friend lane_mask operator&&(const lane_mask& a, const lane_mask& b) { return {a.v & b.v}; }
  MIXCON_HD friend lane_mask operator||(const lane_mask& a, const lane_mask& b) { return {a.v | b.v}; }
  MIXCON_HD friend lane_mask operator!(const lane_mask& a) { return {~a.v}; }
  MIXCON_HD bool operator[](int k) const { return v[k] != 0; }
  MIXCON_HD bool all() const {
    if constexpr (sizeof v >= sizeof(std::uint64_t)) {
      std::uint64_t bits[sizeof v / sizeof(std::uint64_t)], common = ~std::uint64_t{0};
      __builtin_memcpy(bits, &v, sizeof v);
      for (const std::uint64_t some : bits) common &= some;
      return common == ~std::uint64_t{0};
    } else {
      return v[0] != 0;
    }
  }
  /// The same answers, for lanes of another width.
  template <class U>
  MIXCON_HD static lane_mask converted(const lane_mask<U, W>& other) {
    if constexpr (vectors::has_mask_bits<U, W>)
      return each([&](int k) { return other[k]; });
    else
      return {__builtin_convertvector(other.v, vector)};
  }
  /// Lane k answers whether integers[k] is `which`.
  MIXCON_HD static lane_mask equal(const std::int32_t* integers, std::int32_t which) {
    typedef std::int32_t list __attribute__((vector_size(4U * static_cast<unsigned>(W))));
    list all;
    __builtin_memcpy(&all, integers, sizeof all);
    return {__builtin_convertvector(all == which, vector)};
  }
  /// Lane k answers f(k).
  template <class F>
  MIXCON_HD static lane_mask each(F&& f) {
    lane_mask m;
    for (int k = 0; k < W; ++k) m.v[k] = f(k) ? -1 : 0;
    return m;
  }
  /// How many lanes of several masks are true.
  struct tally {
    vector of_lane{};
    MIXCON_HD void add(const lane_mask& answers) { of_lane -= answers.v; }
    MIXCON_HD index_t total() const {
      index_t sum = 0;
      for (int k = 0; k < W; ++k) sum += of_lane[k];
      return sum;
    }
  };
};

#if MIXCON_HAS_MASK_BITS

namespace vectors {

inline constexpr int rounding_as_set = 4;
using bits_of_16 = std::uint16_t;
using bits_of_8 = std::uint8_t;

template <int Comparison, class Vector>
MIXCON_FOR_AVX512 inline bits_of_16 compared_floats(const Vector& a, const Vector& b) {
  return static_cast<bits_of_16>(
      __builtin_ia32_cmpps512_mask(a, b, Comparison, static_cast<bits_of_16>(-1), rounding_as_set));
}
template <int Comparison, class Vector>
MIXCON_FOR_AVX512 inline bits_of_8 compared_doubles(const Vector& a, const Vector& b) {
  return static_cast<bits_of_8>(
      __builtin_ia32_cmppd512_mask(a, b, Comparison, static_cast<bits_of_8>(-1), rounding_as_set));
}
/// 16 integers of 64 bits, in two registers.
template <int Comparison, class Vector>
MIXCON_FOR_AVX512 inline bits_of_16 compared_indices(const Vector& a, const Vector& b) {
  typedef long long half __attribute__((vector_size(64)));
  half x[2], y[2];
  __builtin_memcpy(x, &a, sizeof x);
  __builtin_memcpy(y, &b, sizeof y);
  const auto low =
      static_cast<bits_of_8>(__builtin_ia32_cmpq512_mask(x[0], y[0], Comparison, static_cast<bits_of_8>(-1)));
  const auto high =
      static_cast<bits_of_8>(__builtin_ia32_cmpq512_mask(x[1], y[1], Comparison, static_cast<bits_of_8>(-1)));
  return static_cast<bits_of_16>(low | high << 8);
}
/// Which of 16 integers are `which`, and of 8.
MIXCON_FOR_AVX512 inline bits_of_16 equal_of_16(const std::int32_t* integers, std::int32_t which) {
  typedef std::int32_t list __attribute__((vector_size(64)));
  list all;
  __builtin_memcpy(&all, integers, sizeof all);
  const list same = which - list{};
  return static_cast<bits_of_16>(__builtin_ia32_cmpd512_mask(all, same, 0, static_cast<bits_of_16>(-1)));
}
MIXCON_FOR_AVX512 inline bits_of_8 equal_of_8(const std::int32_t* integers, std::int32_t which) {
  typedef std::int32_t list __attribute__((vector_size(32)));
  typedef long long wide __attribute__((vector_size(64)));
  list all;
  __builtin_memcpy(&all, integers, sizeof all);
  const wide widened = __builtin_convertvector(all, wide), same = which - wide{};
  return static_cast<bits_of_8>(__builtin_ia32_cmpq512_mask(widened, same, 0, static_cast<bits_of_8>(-1)));
}
template <class Bits, class Vector>
MIXCON_FOR_AVX512 inline void choose(Bits yes, const Vector& a, const Vector& b, Vector& to) {
  if constexpr (sizeof(Vector) > 64) {
    typedef long long half __attribute__((vector_size(64)));
    half x[2], y[2];
    __builtin_memcpy(x, &a, sizeof x);
    __builtin_memcpy(y, &b, sizeof y);
    x[0] = __builtin_ia32_blendmq_512_mask(y[0], x[0], static_cast<bits_of_8>(yes));
    x[1] = __builtin_ia32_blendmq_512_mask(y[1], x[1], static_cast<bits_of_8>(yes >> 8));
    __builtin_memcpy(&to, x, sizeof x);
  } else if constexpr (sizeof(Bits) == sizeof(bits_of_16)) {
    to = __builtin_ia32_blendmps_512_mask(b, a, yes);
  } else {
    to = __builtin_ia32_blendmpd_512_mask(b, a, yes);
  }
}

}  // namespace vectors

/// 64 bytes of numbers: a bit a lane.
template <class T, int W>
requires(vectors::has_mask_bits<T, W>)
struct lane_mask<T, W> {
  using integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  using bits = std::conditional_t<W == 16, vectors::bits_of_16, vectors::bits_of_8>;
  static constexpr bits every = static_cast<bits>(-1);
  bits v = 0;

  lane_mask() = default;
  lane_mask(bits answers) : v(answers) {}  // NOLINT(google-explicit-constructor)

  friend lane_mask operator&&(lane_mask a, lane_mask b) { return {static_cast<bits>(a.v & b.v)}; }
  friend lane_mask operator||(lane_mask a, lane_mask b) { return {static_cast<bits>(a.v | b.v)}; }
  friend lane_mask operator!(lane_mask a) { return {static_cast<bits>(~a.v)}; }
  bool operator[](int k) const { return (v >> k & 1) != 0; }
  bool all() const { return v == every; }
  template <class U>
  static lane_mask converted(const lane_mask<U, W>& other) {
    if constexpr (vectors::has_mask_bits<U, W>)
      return {other.v};
    else
      return each([&](int k) { return other[k]; });
  }
  static lane_mask equal(const std::int32_t* integers, std::int32_t which) {
    if constexpr (W == 16)
      return {vectors::equal_of_16(integers, which)};
    else
      return {vectors::equal_of_8(integers, which)};
  }
  template <class F>
  static lane_mask each(F&& f) {
    unsigned answers = 0;
    for (int k = 0; k < W; ++k) answers |= (f(k) ? 1U : 0U) << k;
    return {static_cast<bits>(answers)};
  }
  struct tally {
    index_t all = 0;
    void add(lane_mask answers) { all += __builtin_popcount(answers.v); }
    index_t total() const { return all; }
  };
};

#endif

}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
