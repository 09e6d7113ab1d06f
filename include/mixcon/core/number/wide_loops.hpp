// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Loops over rows of floats whose numbers are computed in double, in the widest instruction set in use.

#include <mixcon/core/number/length.hpp>
#include <mixcon/core/number/row_loops.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace vectors {

/// Calls take(k, W()) for vectors of W = 8 numbers, lanes on double, and for each of the rest with W = 1.
template <class T, class Take>
void for_each_wide(index_t count, const Take& take) {
#if !defined(__CUDACC__)
  if constexpr (std::is_same_v<T, float>)
    return for_set_in_use([&](auto set) {
      run_for<decltype(set)>([&]() MIXCON_IN_LOOPS {
        index_t k = 0;
        for (; k + 8 <= count; k += 8) take(k, lanes<double, 8>());
        for (; k < count; ++k) take(k, double());
      });
    });
#endif
  for (index_t k = 0; k < count; ++k) take(k, mixcon::detail::wide_t<T>());
}
/// Numbers of a row as lanes W of the wider type, and back.
template <class W, class T>
MIXCON_IN_LOOPS W load_wide(const T* from) {
  if constexpr (lane_count<W>() == 1)
    return static_cast<W>(*from);
  else
    return W::converted(mixcon::detail::load_as<lanes<T, lane_count<W>()>>(from));
}
template <class W, class T>
MIXCON_IN_LOOPS void store_wide(T* to, const W& x) {
  if constexpr (lane_count<W>() == 1)
    *to = static_cast<T>(x);
  else
    mixcon::detail::store_as(to, lanes<T, lane_count<W>()>::converted(x));
}

/// The sum of term(k, W()) for k in [0, count): where T is float, W is lanes on double, or one number for the rest. Of
/// terms that are exact, as products of two floats are, the bits are those of `sum_by_eight`.
template <class T, class Term>
mixcon::detail::wide_t<T> sum_of_wide(index_t count, const Term& term) {
  using wide = mixcon::detail::wide_t<T>;
#if !defined(__CUDACC__)
  if constexpr (std::is_same_v<T, float>) {
    double sum = 0;
    for_set_in_use([&](auto set) {
      using Set = decltype(set);
      run_for<Set>([&]() MIXCON_IN_LOOPS {
        eight_sums<Set> sums;
        index_t k = 0;
        for (; k + 8 <= count; k += 8)
          sums.add(k, [&](index_t at) MIXCON_IN_LOOPS { return term(at, typename eight_sums<Set>::doubles()); });
        sum = sums.added_up(k, count, [&](index_t j) MIXCON_IN_LOOPS { return term(j, double()); });
      });
    });
    return sum;
  } else  // NOLINT(readability-else-after-return): no code after it
#endif
    return mixcon::detail::sum_by_eight<wide>(count, [&](index_t k) { return term(k, wide()); });
}
/// to[k] += term(k, W()), rounded to T first.
template <class T, class Term>
void add_wide_terms(T* to, index_t stride, index_t count, const Term& term) {
  if (stride != 1) {
    for (index_t k = 0; k < count; ++k) to[k * stride] += static_cast<T>(term(k, mixcon::detail::wide_t<T>()));
    return;
  }
  for_each_wide<T>(count, [&](index_t k, auto as) MIXCON_IN_LOOPS {
    using W = decltype(as);
    if constexpr (lane_count<W>() == 1)
      to[k] += static_cast<T>(term(k, as));
    else
      mixcon::detail::store_as(to + k, mixcon::detail::load_as<lanes<T, lane_count<W>()>>(to + k) +
                                           lanes<T, lane_count<W>()>::converted(term(k, as)));
  });
}

}  // namespace vectors
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
