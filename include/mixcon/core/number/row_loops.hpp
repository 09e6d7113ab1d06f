// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rows of floats, summed in double in eight running sums: the bits are those of `sum_by_eight`, in any instruction set.

#include <mixcon/core/number/set_loops.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace vectors {

#if !defined(__CUDACC__)
using eight_floats = lanes<float, 8>;
using eight_doubles_of_row = lanes<double, 8>;

/// Eight sums in double, with what follows the last eight numbers.
template <class Term>
MIXCON_IN_LOOPS double added_up(const eight_doubles_of_row& sums, index_t done, index_t count, const Term& term) {
  double of[8];
  __builtin_memcpy(of, &sums.v, sizeof of);
  for (index_t k = done; k < count; ++k) of[k % 8] += term(k);
  return ((of[0] + of[1]) + (of[2] + of[3])) + ((of[4] + of[5]) + (of[6] + of[7]));
}

/// Copies `count` numbers; answers the sum of their squares, which is finite where all of them are.
inline double copy_and_square(const float* from, float* to, index_t count) {
  double sum = 0;
  for_set_in_use([&](auto set) {
    run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
      eight_doubles_of_row sums(0);
      index_t k = 0;
      for (; k + 8 <= count; k += 8) {
        const auto x = mixcon::detail::load_as<eight_floats>(from + k);
        mixcon::detail::store_as(to + k, x);
        const auto wide = eight_doubles_of_row::converted(x);
        sums += wide * wide;
      }
      for (index_t j = k; j < count; ++j) to[j] = from[j];
      sum = added_up(sums, k, count, [&](index_t j) MIXCON_IN_LOOPS {
        const auto x = static_cast<double>(from[j]);
        return x * x;
      });
    });
  });
  return sum;
}
/// row *= factor, in double.
inline void multiply_row(float* row, index_t count, double factor) {
  for_set_in_use([&](auto set) {
    run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
      index_t k = 0;
      for (; k + 8 <= count; k += 8) {
        const auto wide = eight_doubles_of_row::converted(mixcon::detail::load_as<eight_floats>(row + k));
        mixcon::detail::store_as(row + k, eight_floats::converted(wide * eight_doubles_of_row(factor)));
      }
      for (; k < count; ++k) row[k] = static_cast<float>(static_cast<double>(row[k]) * factor);
    });
  });
}
/// The gradient by a unit row becomes that by the row it was made of: (gradient - <unit, gradient> unit) slope.
inline void take_off_radial(float* gradient, const float* unit, index_t count, float slope) {
  for_set_in_use([&](auto set) {
    run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
      eight_doubles_of_row sums(0);
      index_t k = 0;
      for (; k + 8 <= count; k += 8)
        sums += eight_doubles_of_row::converted(mixcon::detail::load_as<eight_floats>(unit + k)) *
                eight_doubles_of_row::converted(mixcon::detail::load_as<eight_floats>(gradient + k));
      const auto radial = static_cast<float>(added_up(sums, k, count, [&](index_t j) MIXCON_IN_LOOPS {
        return static_cast<double>(unit[j]) * static_cast<double>(gradient[j]);
      }));
      const eight_floats by(radial), times(slope);
      for (k = 0; k + 8 <= count; k += 8) {
        const auto g = mixcon::detail::load_as<eight_floats>(gradient + k);
        const auto u = mixcon::detail::load_as<eight_floats>(unit + k);
        mixcon::detail::store_as(gradient + k, eight_floats(0) + (g - u * by) * times);
      }
      for (; k < count; ++k) gradient[k] = 0.0F + (gradient[k] - unit[k] * radial) * slope;
    });
  });
}
#endif

}  // namespace vectors
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
