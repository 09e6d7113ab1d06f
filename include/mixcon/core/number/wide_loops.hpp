// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Loops over rows of floats whose numbers are computed in double, in the widest instruction set in use.

#include <mixcon/core/number/ordered_sum.hpp>
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

}  // namespace vectors
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
