// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rows on vectors. Sums of floats in double have eight running sums: their bits are those of `sum_by_eight`, in any
// instruction set.

#include <mixcon/core/number/set_loops.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace vectors {

#if !defined(__CUDACC__)
/// Eight sums in double. With AVX2 as two of its vectors: g++ keeps the sums of a wider one in memory.
template <class Set>
class eight_sums {
 public:
  static constexpr int width = Set::bytes == 32 ? 4 : 8;
  using floats = lanes<float, width>;
  using doubles = lanes<double, width>;

  MIXCON_IN_LOOPS eight_sums() {
    MIXCON_UNROLL
    for (doubles& sum : sums_) sum = doubles(0);
  }
  /// Adds term(k) .. term(k + 7): to each sum one.
  template <class Term>
  MIXCON_IN_LOOPS void add(index_t k, const Term& term) {
    MIXCON_UNROLL
    for (index_t part = 0; part < 8 / width; ++part) sums_[part] += term(k + part * width);
  }
  /// All of them, with what follows the last eight numbers.
  template <class Term>
  MIXCON_IN_LOOPS double added_up(index_t done, index_t count, const Term& term) const {
    double of[8];
    for (index_t part = 0; part < 8 / width; ++part) mixcon::detail::store_as(of + part * width, sums_[part]);
    for (index_t k = done; k < count; ++k) of[k % 8] += term(k);
    return ((of[0] + of[1]) + (of[2] + of[3])) + ((of[4] + of[5]) + (of[6] + of[7]));
  }

 private:
  doubles sums_[static_cast<unsigned>(8 / width)];
};
template <class Set>
MIXCON_IN_LOOPS typename eight_sums<Set>::doubles wide_at(const float* from) {
  using sums = eight_sums<Set>;
  return sums::doubles::converted(mixcon::detail::load_as<typename sums::floats>(from));
}

/// Copies `count` numbers; answers the sum of their squares, which is finite where all of them are.
inline double copy_and_square(const float* from, float* to, index_t count) {
  double sum = 0;
  for_set_in_use([&](auto set) {
    using Set = decltype(set);
    run_for<Set>([&]() MIXCON_IN_LOOPS {
      eight_sums<Set> sums;
      index_t k = 0;
      for (; k + 8 <= count; k += 8)
        sums.add(k, [&](index_t at) MIXCON_IN_LOOPS {
          using floats = typename eight_sums<Set>::floats;
          const auto x = mixcon::detail::load_as<floats>(from + at);
          mixcon::detail::store_as(to + at, x);
          const auto wide = eight_sums<Set>::doubles::converted(x);
          return wide * wide;
        });
      for (index_t j = k; j < count; ++j) to[j] = from[j];
      sum = sums.added_up(k, count, [&](index_t j) MIXCON_IN_LOOPS {
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
      using floats = lanes<float, 8>;
      using doubles = lanes<double, 8>;
      index_t k = 0;
      for (; k + 8 <= count; k += 8) {
        const auto wide = doubles::converted(mixcon::detail::load_as<floats>(row + k));
        mixcon::detail::store_as(row + k, floats::converted(wide * doubles(factor)));
      }
      for (; k < count; ++k) row[k] = static_cast<float>(static_cast<double>(row[k]) * factor);
    });
  });
}
/// The gradient by a unit row becomes that by the row it was made of: (gradient - <unit, gradient> unit) slope.
inline void take_off_radial(float* gradient, const float* unit, index_t count, float slope) {
  for_set_in_use([&](auto set) {
    using Set = decltype(set);
    run_for<Set>([&]() MIXCON_IN_LOOPS {
      using V = lanes<float, 8>;
      eight_sums<Set> sums;
      index_t k = 0;
      for (; k + 8 <= count; k += 8)
        sums.add(k, [&](index_t at) MIXCON_IN_LOOPS { return wide_at<Set>(unit + at) * wide_at<Set>(gradient + at); });
      const auto radial = static_cast<float>(sums.added_up(k, count, [&](index_t j) MIXCON_IN_LOOPS {
        return static_cast<double>(unit[j]) * static_cast<double>(gradient[j]);
      }));
      const V by(radial), times(slope);
      for (k = 0; k + 8 <= count; k += 8) {
        const auto g = mixcon::detail::load_as<V>(gradient + k);
        const auto u = mixcon::detail::load_as<V>(unit + k);
        mixcon::detail::store_as(gradient + k, V(0) + (g - u * by) * times);
      }
      for (; k < count; ++k) gradient[k] = 0.0F + (gradient[k] - unit[k] * radial) * slope;
    });
  });
}
#endif

/// <a, c> in T, in running sums side by side.
template <class T>
T product_of_rows(const T* a, const T* c, index_t count) {
  T of[8] = {};
  index_t k = 0;
#if !defined(__CUDACC__)
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
    for_set_in_use([&](auto set) {
      run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
        using V = lanes<T, 8>;
        using mixcon::detail::load_as;
        V even(0), odd(0);
        for (; k + 16 <= count; k += 16) {
          even += load_as<V>(a + k) * load_as<V>(c + k);
          odd += load_as<V>(a + k + 8) * load_as<V>(c + k + 8);
        }
        mixcon::detail::store_as(of, even + odd);
      });
    });
#endif
  for (; k < count; ++k) of[k % 8] += a[k] * c[k];
  return ((of[0] + of[1]) + (of[2] + of[3])) + ((of[4] + of[5]) + (of[6] + of[7]));
}
/// to += by_x x + by_y y, of rows.
template <class T>
void add_two_rows(T* to, T by_x, const T* x, T by_y, const T* y, index_t count) {
  index_t k = 0;
#if !defined(__CUDACC__)
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
    for_set_in_use([&](auto set) {
      run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
        using V = lanes<T, 8>;
        using mixcon::detail::load_as;
        for (; k + 8 <= count; k += 8)
          mixcon::detail::store_as(to + k,
                                   load_as<V>(to + k) + (V(by_x) * load_as<V>(x + k) + V(by_y) * load_as<V>(y + k)));
      });
    });
#endif
  for (; k < count; ++k) to[k] += by_x * x[k] + by_y * y[k];
}

}  // namespace vectors
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
