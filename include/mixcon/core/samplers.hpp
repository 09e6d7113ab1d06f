// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/portable_math.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <concepts>
#include <cstdint>

// Every draw is a function of the bits of its stream alone, the same on every compiler, flag set and processor.
namespace mixcon {

/// A source of random bits: `philox_stream`, or one of your own.
template <class S>
concept RandomBits = requires(S& stream) {
  { stream.next_u32() } -> std::same_as<std::uint32_t>;
  { stream.next_u64() } -> std::same_as<std::uint64_t>;
};

/// Uniform in [0, 1): a multiple of 2^-53. One draw of 64 bits.
template <RandomBits S>
MIXCON_HD constexpr double uniform(S& stream) {
  return static_cast<double>(stream.next_u64() >> 11) * 0x1p-53;
}

namespace detail {

/// Uniform in 0 .. n - 1, without bias, n >= 1: the whole part of n times a random fraction. Of the 2^64 fractions as
/// many are refused as are left over when each answer gets equally many. Source: Lemire 2019, "Fast random integer
/// generation in an interval", doi:10.1145/3230636.
template <RandomBits S>
MIXCON_HD constexpr index_t uniform_below(S& stream, index_t n) {
  const auto bound = static_cast<std::uint64_t>(n);
  portable::detail::wide scaled = portable::detail::wide_product(stream.next_u64(), bound);
  if (scaled.low < bound) {
    const std::uint64_t left_over = (0 - bound) % bound;  // 2^64 mod n
    while (scaled.low < left_over) scaled = portable::detail::wide_product(stream.next_u64(), bound);
  }
  return static_cast<index_t>(scaled.high);
}

/// The odd number 2 h + 1 - 2^32, for h in 0 .. 2^32 - 1: in units of 2^-32 an even cover of (-1, 1), without 0.
MIXCON_HD constexpr std::int64_t odd_in_32_bits(std::uint64_t h) {
  return 2 * static_cast<std::int64_t>(h) + 1 - (std::int64_t{1} << 32);
}

/// floor(odd^2 / 2): what is lost is one half.
MIXCON_HD constexpr std::uint64_t half_of_square(std::int64_t odd) {
  return static_cast<std::uint64_t>(odd) * static_cast<std::uint64_t>(odd) >> 1;  // modulo 2^64, where odd^2 fits
}

inline bool positive_and_finite(double number) { return number > 0 && number < __builtin_huge_val(); }

}  // namespace detail

/// Uniform in 0 .. n - 1, without bias. Refuses n < 1.
template <RandomBits S>
index_t uniform_integer(S& stream, index_t n) {
  MIXCON_REQUIRE(n >= 1, "uniform_integer: n is ", n,
                 "; there must be at least one number, 0, to draw. Is the batch empty?");
  return detail::uniform_below(stream, n);
}

/// Normal with mean 0 and variance 1. The polar method on a lattice of odd integers, so that the point in the square
/// and its distance from the centre are exact. Source: Marsaglia and Bray 1964, doi:10.1137/1006063.
template <RandomBits S>
MIXCON_HD double normal(S& stream) {
  for (;;) {
    const std::uint64_t bits = stream.next_u64();
    const std::int64_t across = detail::odd_in_32_bits(bits >> 32), up = detail::odd_in_32_bits(bits & 0xFFFFFFFF);
    const std::uint64_t sum = detail::half_of_square(across) + detail::half_of_square(up) + 1;
    const double squared =
        static_cast<double>(static_cast<std::int64_t>(sum)) * 0x1p-63;  // < 0 where the sum is > 2^63
    if (squared > 0 && squared < 1)
      return static_cast<double>(across) * 0x1p-32 / portable::sqrt(squared / (-2 * portable::log(squared)));
  }
}

namespace detail {

/// Logarithm of a Gamma(shape, 1) draw, shape > 0: see log_gamma_draw.
template <RandomBits S>
MIXCON_HD double logarithm_of_gamma(S& stream, double shape) {
  double boost = 0;  // log(U^(1 / shape)) leads from shape + 1 to shape
  if (shape < 1) {
    boost = portable::log(1 - uniform(stream)) / shape;
    shape += 1;
  }
  const double d = shape - 1.0 / 3, spread = 3 * portable::sqrt(d);
  for (;;) {
    const double x = normal(stream), root = 1 + x / spread, u = uniform(stream);
    if (!(root > 0)) continue;
    const double log_root = portable::log(root), log_cube = log_root + log_root + log_root;
    const double square = x * x, cube = portable::product(root * root, root);
    // the first test implies the second, without its logarithm, for more than nine draws of ten
    if (u > 0.0331 * square * square || portable::log(1 - u) - square / 2 <= d * (1 - cube + log_cube))
      return portable::log(d) + log_cube + boost;
  }
}

}  // namespace detail

/// Logarithm of a Gamma draw, for shapes whose draws are too small for a double: at shape 1e-3 half of them are below
/// 1e-300. Refuses a shape that is not finite and > 0. Source: Marsaglia and Tsang 2000, doi:10.1145/358407.358414;
/// below shape 1 the draw for shape + 1 times U^(1 / shape).
template <RandomBits S>
double log_gamma_draw(S& stream, double shape) {
  MIXCON_REQUIRE(detail::positive_and_finite(shape), "gamma: the shape is ", shape, "; it must be finite and > 0.");
  return detail::logarithm_of_gamma(stream, shape);
}

/// Gamma with that shape and scale 1; 0 where the draw is too small for a double. Refuses a shape that is not finite
/// and > 0.
template <RandomBits S>
double gamma(S& stream, double shape) {
  return portable::exp(log_gamma_draw(stream, shape));
}

/// Beta(a, b) in [0, 1]: X / (X + Y) of two Gamma draws, in logarithms, so that any a and b are right; a = b = 1 is
/// uniform. Small parameters give exact 0 and 1. Refuses an a or b that is not finite and > 0.
template <RandomBits S>
double beta(S& stream, double a, double b) {
  MIXCON_REQUIRE(detail::positive_and_finite(a) && detail::positive_and_finite(b), "beta: the parameters are ", a,
                 " and ", b,
                 "; both must be finite and > 0. To switch mixing off, use lambda = 1 instead of alpha = 0.");
  if (a == 1 && b == 1) return uniform(stream);
  const double log_x = detail::logarithm_of_gamma(stream, a), log_y = detail::logarithm_of_gamma(stream, b);
  const double zero = -__builtin_huge_val();  // the logarithm of a draw that even a logarithm is too coarse for
  if (log_x == zero && log_y == zero) return uniform(stream) < a / (a + b) ? 1 : 0;
  return 1 / (1 + portable::exp(log_y - log_x));
}

namespace detail {

/// An index, drawn with probability weight[k] / sum; the weights are > 0 and there is at least one.
template <RandomBits S>
MIXCON_HD constexpr index_t drawn_by_weight(S& stream, vector_view<const double> weight) {
  double sum = 0, reached = weight[0];
  for (index_t k = 0; k < weight.extent(0); ++k) sum += weight[k];
  const double aim = uniform(stream) * sum;
  index_t k = 0;
  while (aim >= reached && k + 1 < weight.extent(0)) reached += weight[++k];
  return k;
}

}  // namespace detail

/// Dirichlet: non-negative weights that sum to 1 (up to rounding), share k with mean concentration[k] / sum. (K) ->
/// (K), K >= 1. Refuses lengths that differ, and a concentration that is not finite and > 0.
template <RandomBits S>
void dirichlet(S& stream, vector_view<const double> concentration, vector_view<double> out) {
  const index_t n = concentration.extent(0);
  MIXCON_REQUIRE(n >= 1 && out.extent(0) == n, "dirichlet: ", n, " concentrations and room for ", out.extent(0),
                 " weights; expected one weight for each concentration, and at least one.");
  for (index_t k = 0; k < n; ++k)
    MIXCON_REQUIRE(detail::positive_and_finite(concentration[k]), "dirichlet: concentration ", k, " is ",
                   concentration[k], "; it must be finite and > 0. Leave out what must not take part.");

  const double zero = -__builtin_huge_val();
  double largest = zero, sum = 0;
  for (index_t k = 0; k < n; ++k) {
    out[k] = detail::logarithm_of_gamma(stream, concentration[k]);
    if (out[k] > largest) largest = out[k];
  }
  if (largest == zero) {  // all draws too small even for their logarithms: in that limit one share is everything
    const index_t whole = detail::drawn_by_weight(stream, concentration);
    for (index_t k = 0; k < n; ++k) out[k] = k == whole ? 1 : 0;
    return;
  }
  for (index_t k = 0; k < n; ++k) {
    out[k] = portable::exp(out[k] - largest);
    sum += out[k];
  }
  for (index_t k = 0; k < n; ++k) out[k] = out[k] / sum;
}

}  // namespace mixcon
