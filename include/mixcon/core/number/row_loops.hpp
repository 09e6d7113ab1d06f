// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rows on vectors. Sums of floats in double have eight running sums: their bits are those of `sum_by_eight`, in any
// instruction set.

#include <mixcon/core/number/length.hpp>
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
/// to = factor from, in double.
inline void copy_times(const float* from, float* to, index_t count, double factor) {
  for_set_in_use([&](auto set) {
    run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
      using floats = lanes<float, 8>;
      using doubles = lanes<double, 8>;
      index_t k = 0;
      for (; k + 8 <= count; k += 8) {
        const auto wide = doubles::converted(mixcon::detail::load_as<floats>(from + k));
        mixcon::detail::store_as(to + k, floats::converted(wide * doubles(factor)));
      }
      for (; k < count; ++k) to[k] = static_cast<float>(static_cast<double>(from[k]) * factor);
    });
  });
}
/// The gradient by a unit row, `times` row, becomes that by the row it was made of: (gradient - <unit, gradient> unit)
/// slope.
inline void take_off_radial(float* gradient, const float* row, float times, index_t count, float slope) {
  for_set_in_use([&](auto set) {
    using Set = decltype(set);
    run_for<Set>([&]() MIXCON_IN_LOOPS {
      using V = lanes<float, 8>;
      eight_sums<Set> sums;
      index_t k = 0;
      for (; k + 8 <= count; k += 8)
        sums.add(k, [&](index_t at) MIXCON_IN_LOOPS { return wide_at<Set>(row + at) * wide_at<Set>(gradient + at); });
      const double product = sums.added_up(k, count, [&](index_t j) MIXCON_IN_LOOPS {
        return static_cast<double>(row[j]) * static_cast<double>(gradient[j]);
      });
      const float radial = static_cast<float>(product * static_cast<double>(times)) * times;
      const V by(radial), by_slope(slope);
      for (k = 0; k + 8 <= count; k += 8) {
        const auto g = mixcon::detail::load_as<V>(gradient + k);
        const auto x = mixcon::detail::load_as<V>(row + k);
        mixcon::detail::store_as(gradient + k, V(0) + (g - x * by) * by_slope);
      }
      for (; k < count; ++k) gradient[k] = 0.0F + (gradient[k] - row[k] * radial) * slope;
    });
  });
}
#endif

/// Whether all entries are finite numbers.
template <class T>
bool is_finite_row(const T* row, index_t count) {
  T zero = 0;  // or NaN
  index_t k = 0;
#if !defined(__CUDACC__)
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
    for_set_in_use([&](auto set) {
      run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
        using V = typename decltype(set)::template vector<T>;
        V apart(0);
        for (; k + lane_count<V>() <= count; k += lane_count<V>()) {
          const V x = mixcon::detail::load_as<V>(row + k);
          apart += x - x;
        }
        zero = mixcon::detail::sum_of_lanes(apart);
      });
    });
#endif
  for (; k < count; ++k) zero += row[k] - row[k];
  return zero == T(0);
}
/// to[j] = <a, row j of `rows`>, for rows that lie `pitch` apart: each in T, in running sums side by side.
template <class T>
void products_of_rows(const T* a, const T* rows, index_t pitch, index_t number, index_t count, T* to) {
  index_t j = 0;
#if !defined(__CUDACC__)
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
    for_set_in_use([&](auto set) {
      run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
        using V = lanes<T, 8>;
        using mixcon::detail::load_as;
        for (; j < number; ++j) {
          const T* const c = rows + j * pitch;
          T of[8];
          V even(0), odd(0);
          index_t k = 0;
          for (; k + 16 <= count; k += 16) {
            even += load_as<V>(a + k) * load_as<V>(c + k);
            odd += load_as<V>(a + k + 8) * load_as<V>(c + k + 8);
          }
          mixcon::detail::store_as(of, even + odd);
          for (; k < count; ++k) of[k % 8] += a[k] * c[k];
          to[j] = ((of[0] + of[1]) + (of[2] + of[3])) + ((of[4] + of[5]) + (of[6] + of[7]));
        }
      });
    });
#endif
  for (; j < number; ++j)
    to[j] = mixcon::detail::sum_by_eight<T>(count, [&](index_t k) { return a[k] * rows[j * pitch + k]; });
}
/// <a, c> in T, likewise.
template <class T>
T product_of_rows(const T* a, const T* c, index_t count) {
  T product;
  products_of_rows(a, c, 0, 1, count, &product);
  return product;
}
/// to += sum_j by[j] times row at[j] of `rows`, which lie `pitch` apart.
template <class T>
void add_rows(T* to, const T* by, const index_t* at, index_t number, const T* rows, index_t pitch, index_t count) {
  index_t k = 0;
#if !defined(__CUDACC__)
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
    for_set_in_use([&](auto set) {
      using Set = decltype(set);
      run_for<Set>([&]() MIXCON_IN_LOOPS {
        using V = typename Set::template vector<T>;
        using mixcon::detail::load_as;
        constexpr index_t width = lane_count<V>(), strip = 4;  // vectors
        for (; k + strip * width <= count; k += strip * width) {
          V sums[static_cast<unsigned>(strip)];
          MIXCON_UNROLL
          for (index_t v = 0; v < strip; ++v) sums[v] = load_as<V>(to + k + v * width);
          for (index_t j = 0; j < number; ++j) {
            const V times(by[j]);
            const T* const row = rows + at[j] * pitch + k;
            MIXCON_UNROLL
            for (index_t v = 0; v < strip; ++v) sums[v] += times * load_as<V>(row + v * width);
          }
          MIXCON_UNROLL
          for (index_t v = 0; v < strip; ++v) mixcon::detail::store_as(to + k + v * width, sums[v]);
        }
        for (; k + width <= count; k += width) {
          V sum = load_as<V>(to + k);
          for (index_t j = 0; j < number; ++j) sum += V(by[j]) * load_as<V>(rows + at[j] * pitch + k);
          mixcon::detail::store_as(to + k, sum);
        }
      });
    });
#endif
  for (; k < count; ++k)
    for (index_t j = 0; j < number; ++j) to[k] += by[j] * rows[at[j] * pitch + k];
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

/// first += by (x - y) and second -= the same; either may be null. With `sets`, what stands there does not count.
template <class T>
void put_difference(bool sets, T by, const T* x, const T* y, T* first, T* second, index_t count) {
  index_t k = 0;
#if !defined(__CUDACC__)
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>)
    for_set_in_use([&](auto set) {
      run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
        using V = typename decltype(set)::template vector<T>;
        using mixcon::detail::load_as;
        const auto put = [](bool anew, T* to, const V& term)
                             MIXCON_IN_LOOPS { mixcon::detail::store_as(to, (anew ? V(0) : load_as<V>(to)) + term); };
        const V times(by);  // and the rest, so that all stays in registers
        const T *const p = x, *const q = y;
        T *const by_first = first, *const by_second = second;
        const bool anew = sets;
        const index_t number = count / lane_count<V>() * lane_count<V>();
        for (index_t j = 0; j < number; j += lane_count<V>()) {
          const V term = times * (load_as<V>(p + j) - load_as<V>(q + j));
          if (by_first != nullptr) put(anew, by_first + j, term);
          if (by_second != nullptr) put(anew, by_second + j, V(0) - term);
        }
        k = number;
      });
    });
#endif
  for (; k < count; ++k) {
    const T term = by * (x[k] - y[k]);
    if (first != nullptr) first[k] = (sets ? T(0) : first[k]) + term;
    if (second != nullptr) second[k] = (sets ? T(0) : second[k]) - term;
  }
}

}  // namespace vectors
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
