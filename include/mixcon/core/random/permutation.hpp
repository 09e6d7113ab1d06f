// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws permutations and derangements, with the same bits on every machine.

#include <mixcon/core/config.hpp>
#include <mixcon/core/random/uniform.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
namespace detail {

/// Shuffles `order` by Fisher and Yates; each step settles the last place that is still open. With
/// `stop_at_fixed_point` it gives up as soon as place i gets the number i. Whether it came to the end.
template <RandomBits S>
MIXCON_HD constexpr bool shuffle(S& stream, vector_view<index_t> order, bool stop_at_fixed_point) {
  for (index_t place = order.extent(0) - 1; place >= 0; --place) {
    const index_t from = uniform_below(stream, place + 1), drawn = order[from];
    order[from] = order[place];
    order[place] = drawn;
    if (stop_at_fixed_point && drawn == place) return false;
  }
  return true;
}

MIXCON_HD constexpr void count_up(vector_view<index_t> out) {
  for (index_t i = 0; i < out.extent(0); ++i) out[i] = i;
}

}  // namespace detail

/// Fills `out` (N) with the numbers 0 .. N - 1 in random order, every order equally likely. Refuses N = 0.
template <RandomBits S>
void permutation(S& stream, vector_view<index_t> out) {
  MIXCON_REQUIRE(out.extent(0) >= 1, "permutation: there is room for ", out.extent(0),
                 " numbers; expected at least one. Is the batch empty?");
  detail::count_up(out);
  detail::shuffle(stream, out, false);
}

/// Fills `out` (N) with a permutation that moves every number (out[i] != i), all of these equally likely: permutations
/// are drawn until one has no fixed point, e times on average. Refuses N < 2, where there is none.
template <RandomBits S>
void derangement(S& stream, vector_view<index_t> out) {
  MIXCON_REQUIRE(
      out.extent(0) >= 2, "derangement: there is room for ", out.extent(0),
      " numbers; at least two are needed for each to have a partner other than itself. Is the last batch too small?");
  detail::count_up(out);
  // a shuffle that starts where a refused one stopped is as uniform as one that starts in order
  while (!detail::shuffle(stream, out, true)) {
  }
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
