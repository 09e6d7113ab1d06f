// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Loops over rows of floats whose numbers are computed in double, in the widest instruction set in use.

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
        const Take own(take);  // what it refers to stays in registers
        const index_t number = count;
        index_t k = 0;
        for (; k + 8 <= number; k += 8) own(k, lanes<double, 8>());
        for (; k < number; ++k) own(k, double());
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
        const Term own(term);
        eight_sums<Set> sums;
        const index_t number = count;
        index_t k = 0;
        for (; k + 8 <= number; k += 8)
          sums.add(k, [&](index_t at) MIXCON_IN_LOOPS { return own(at, typename eight_sums<Set>::doubles()); });
        sum = sums.added_up(k, number, [&](index_t j) MIXCON_IN_LOOPS { return own(j, double()); });
      });
    });
    return sum;
  } else  // NOLINT(readability-else-after-return): no code after it
#endif
    return mixcon::detail::sum_by_eight<wide>(count, [&](index_t k) { return term(k, wide()); });
}
/// to += x, rounded to T first; with `sets`, what stands in `to` does not count.
template <class T, class W>
MIXCON_IN_LOOPS void put_wide(bool sets, T* to, const W& x) {
  if constexpr (lane_count<W>() == 1) {
    *to = (sets ? T(0) : *to) + static_cast<T>(x);
  } else {
    using narrow = lanes<T, lane_count<W>()>;
    mixcon::detail::store_as(to, (sets ? narrow(0) : mixcon::detail::load_as<narrow>(to)) + narrow::converted(x));
  }
}
/// The same with term(k, W()) for numbers k of a row.
template <class T, class Term>
void put_wide_terms(bool sets, T* to, index_t stride, index_t count, const Term& term) {
  if (stride != 1)
    for (index_t k = 0; k < count; ++k) put_wide(sets, to + k * stride, term(k, mixcon::detail::wide_t<T>()));
  else
    for_each_wide<T>(count, [=](index_t k, auto as) MIXCON_IN_LOOPS { put_wide(sets, to + k, term(k, as)); });
}

}  // namespace vectors
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
