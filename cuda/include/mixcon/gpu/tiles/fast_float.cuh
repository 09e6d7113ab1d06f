// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A float whose exponential and logarithm are the GPU's own: statistics are instantiated over it in tiles.

#include <mixcon/core/number/real.hpp>
#include <mixcon/gpu/device.cuh>

namespace mixcon::gpu {

/// A number of the library's vocabulary (core/number/real.hpp) with the layout of a float. `exp_of` is 2^(x log2 e) by
/// the special-function unit: relative error about (2 + |x|) 2^-23, and e^x below 2^-126 is 0.
struct fast_float {
  float x;

  fast_float() = default;
  MIXCON_HD constexpr fast_float(float value) : x(value) {}  // NOLINT(google-explicit-constructor)
  MIXCON_HD constexpr explicit fast_float(double value) : x(static_cast<float>(value)) {}
  MIXCON_HD constexpr explicit fast_float(int value) : x(static_cast<float>(value)) {}
  MIXCON_HD constexpr explicit fast_float(index_t value) : x(static_cast<float>(value)) {}
  MIXCON_HD constexpr explicit operator float() const { return x; }
  MIXCON_HD constexpr explicit operator double() const { return static_cast<double>(x); }

  MIXCON_HD constexpr fast_float& operator+=(fast_float b) { return x += b.x, *this; }
  MIXCON_HD constexpr fast_float& operator-=(fast_float b) { return x -= b.x, *this; }
  MIXCON_HD constexpr fast_float& operator*=(fast_float b) { return x *= b.x, *this; }
  MIXCON_HD constexpr fast_float& operator/=(fast_float b) { return x /= b.x, *this; }
  MIXCON_HD constexpr friend fast_float operator-(fast_float a) { return {-a.x}; }
  MIXCON_HD constexpr friend fast_float operator+(fast_float a, fast_float b) { return {a.x + b.x}; }
  MIXCON_HD constexpr friend fast_float operator-(fast_float a, fast_float b) { return {a.x - b.x}; }
  MIXCON_HD constexpr friend fast_float operator*(fast_float a, fast_float b) { return {a.x * b.x}; }
  MIXCON_HD constexpr friend fast_float operator/(fast_float a, fast_float b) { return {a.x / b.x}; }
  MIXCON_HD constexpr friend bool operator==(fast_float a, fast_float b) { return a.x == b.x; }
  MIXCON_HD constexpr friend bool operator!=(fast_float a, fast_float b) { return a.x != b.x; }
  MIXCON_HD constexpr friend bool operator<(fast_float a, fast_float b) { return a.x < b.x; }
  MIXCON_HD constexpr friend bool operator>(fast_float a, fast_float b) { return a.x > b.x; }
  MIXCON_HD constexpr friend bool operator<=(fast_float a, fast_float b) { return a.x <= b.x; }
  MIXCON_HD constexpr friend bool operator>=(fast_float a, fast_float b) { return a.x >= b.x; }
};
static_assert(sizeof(fast_float) == sizeof(float));

__device__ __forceinline__ fast_float exp_of(fast_float a) { return {exp2_fast(a.x * 1.4426950408889634F)}; }
__device__ __forceinline__ fast_float log_of(fast_float a) { return {log2_fast(a.x) * 0.6931471805599453F}; }
MIXCON_HD inline fast_float log1p_of(fast_float a) { return {mixcon::log1p_of(a.x)}; }
MIXCON_HD inline fast_float sqrt_of(fast_float a) { return {mixcon::sqrt_of(a.x)}; }
MIXCON_HD constexpr fast_float plain(fast_float a) { return a; }
MIXCON_HD constexpr bool is_nan(fast_float a) { return mixcon::is_nan(a.x); }
MIXCON_HD constexpr fast_float lane(fast_float a, int) { return a; }

}  // namespace mixcon::gpu
