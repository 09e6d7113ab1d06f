// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Loops over numbers that lie side by side, written for a V that is one number or lanes of numbers.

#include <mixcon/core/number/real.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// What an executor hands to each row's task: `vector<T>` is what the task's loops work on at once. One number here.
struct one_by_one {
  template <class T>
  using vector = T;
};

/// Calls row(i, how) for every i in [0, number), by the executor's threads and on its lanes where it has some.
template <class Executor, class Row>
void for_each_row(const Executor& executor, index_t number, Row&& row) {
  static_assert(
      !requires { requires Executor::is_divided; },
      "mixcon: this loss cannot be divided among ranks: its rows are solved, compared or mined together in ways that "
      "no part of them can add up. Call it with each rank's own engine, or gather all rows first");
  if constexpr (requires { executor.rows(number, row); }) {
    executor.rows(number, row);
  } else {
    for (index_t i = 0; i < number; ++i) row(i, one_by_one{});
  }
}

template <class V>
MIXCON_IN_LOOPS V load_as(const scalar_of<V>* from) {
  if constexpr (lane_count<V>() == 1) {
    return *from;
  } else {
    V x;
    __builtin_memcpy(&x.v, from, sizeof x.v);
    return x;
  }
}
template <class V>
MIXCON_IN_LOOPS void store_as(scalar_of<V>* to, const V& x) {
  if constexpr (lane_count<V>() == 1)
    *to = x;
  else
    __builtin_memcpy(to, &x.v, sizeof x.v);
}
/// The lanes added up, in their order.
template <class V>
scalar_of<V> sum_of_lanes(const V& x) {
  using mixcon::lane;
  scalar_of<V> sum = 0;
  for (int k = 0; k < lane_count<V>(); ++k) sum += lane(x, k);
  return sum;
}
/// Calls visit(V(), k) for every whole vector of `count` numbers, k being its first, then visit(number(), k) for each
/// of the rest.
template <class V, class Visit>
void for_each_part(index_t count, Visit&& visit) {
  index_t k = 0;
  for (; k + lane_count<V>() <= count; k += lane_count<V>()) visit(V(), k);
  for (; k < count; ++k) visit(scalar_of<V>(), k);
}
/// Products of rows that are padded to whole vectors.
template <class V>
scalar_of<V> dot_on(const scalar_of<V>* a, const scalar_of<V>* b, index_t pitch) {
  V sum{};
  for (index_t k = 0; k < pitch; k += lane_count<V>()) sum += load_as<V>(a + k) * load_as<V>(b + k);
  return sum_of_lanes(sum);
}
/// to += by * row.
template <class V>
void add_times(scalar_of<V>* to, scalar_of<V> by, const scalar_of<V>* row, index_t pitch) {
  for (index_t k = 0; k < pitch; k += lane_count<V>())
    store_as<V>(to + k, load_as<V>(to + k) + V(by) * load_as<V>(row + k));
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
