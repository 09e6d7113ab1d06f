// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Functions that answer for one candidate, or for several consecutive ones on vector lanes at once, so that targets and
// logits need not know how many.

#include <mixcon/contrast/pair.hpp>
#include <mixcon/core/tensor_view.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// A T whose lane k is f(k).
MIXCON_CALLS_GIVEN
template <class T, class F>
MIXCON_HD T each_lane(F&& f) {
  if constexpr (requires { T::each(f); })
    return T::each(f);
  else
    return static_cast<T>(f(0));
}
/// A mask whose lane k is f(k).
template <class T, class F>
MIXCON_HD mask_of<T> each_answer(F&& f) {
  if constexpr (requires { mask_of<T>::each(f); })
    return mask_of<T>::each(f);
  else
    return f(0);
}
/// Lane k of a mask.
template <class Mask>
MIXCON_HD bool answer_of(const Mask& mask, int k) {
  if constexpr (std::is_same_v<Mask, bool>)
    return mask;
  else
    return mask[k];
}
/// values[first], and the following ones on lanes.
template <class T, class E>
MIXCON_HD T entries_on(const vector_view<const E>& values, index_t first) {
  return each_lane<T>([&](int k) { return static_cast<scalar_of<T>>(values[first + k]); });
}
template <class T, class E>
[[gnu::noinline]] MIXCON_HD T entries_one_by_one(const matrix_view<const E>& values, index_t row, index_t first) {
  return each_lane<T>([&](int k) { return static_cast<scalar_of<T>>(values(row, first + k)); });
}
template <class T, class E>
MIXCON_HD inline T entries_on(const matrix_view<const E>& values, index_t row, index_t first) {
  if constexpr (std::is_same_v<scalar_of<T>, E> && lane_count<T>() > 1)
    if (values.stride(1) == 1) [[likely]] {
      T side_by_side;
      __builtin_memcpy(&side_by_side.v, &values(row, first), sizeof side_by_side.v);
      return side_by_side;
    }
  return entries_one_by_one<T>(values, row, first);
}
/// Rows and columns exchanged.
template <class E>
MIXCON_HD matrix_view<E> transposed(const matrix_view<E>& m) {
  return {m.data(), {m.extent(1), m.extent(0)}, {m.stride(1), m.stride(0)}};
}
/// Whether candidate first + k is `which`.
template <class T>
MIXCON_HD mask_of<T> is_candidate(index_t first, index_t which) {
  if constexpr (requires { T::numbered(); })
    return T::numbered() == T(which - first);  // small integers are exact, and large ones equal none of them
  else
    return first == which;
}
/// Whether the class of candidate first + k is `which`; classes lie next to each other.
template <class T>
MIXCON_HD mask_of<T> is_class(const std::int32_t* first, std::int32_t which) {
  if constexpr (requires { mask_of<T>::equal(first, which); })
    return mask_of<T>::equal(first, which);
  else
    return *first == which;
}
/// The roles of candidates first + k, each found on its own: for targets that are not worth a lane form.
template <class T, class F>
MIXCON_HD role<T> role_by_lane(F&& f) {
  decltype(f(0)) found[static_cast<unsigned>(lane_count<T>())];
  for (int k = 0; k < lane_count<T>(); ++k) found[k] = f(k);
  return {each_answer<T>([&](int k) { return found[k].positive; }),
          each_lane<T>([&](int k) { return found[k].weight; }), each_lane<T>([&](int k) { return found[k].target; })};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
