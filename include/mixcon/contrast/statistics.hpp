// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// All row statistics, and what a statistic must have.

// The closed vocabulary of row statistics. Each is a small struct with
//
//   state<T>            what is gathered; a fresh one is the identity of merge; state.part<P>(k) is part k of its lanes
//   height, make_room   only where exponentials are summed: raise the shift before pairs are observed
//   observe(state, p)   one pair (or one a lane)
//   contribution(p, shift), add(state, sums)
//                       only where a state is sums, for engines that then keep nothing else of a strip of pairs:
//                       observe(state, p) is add(state, contribution(p, state.shift)). A number, or a type with += and
//                       each(change), as that of cross_entropy. The shift is of no meaning without make_room
//   merge(state, other) any split of the pairs merges to the same value; for sums, faster: keep where both have one
//                       shift, and settle, then join, where they are a few
//   read(state)         -> reading<T>, whose `value` the formula sees (`per_anchor` also reads the anchor's index);
//                       reading.spread<U>() is the same on every lane of a U
//   slope(reading, p)   d value / d logit of p;  target_slope(reading, p): d value / d target of p
//
// callable on the CPU, on vector lanes and in kernels. Engines know these words and nothing of the losses.

#include <mixcon/contrast/pair.hpp>
#include <mixcon/contrast/statistics/cross_entropy.hpp>
#include <mixcon/contrast/statistics/largest_and_smallest.hpp>
#include <mixcon/contrast/statistics/log_sum_exp.hpp>
#include <mixcon/contrast/statistics/per_anchor.hpp>
#include <mixcon/contrast/statistics/sum_of.hpp>
#include <mixcon/core/number/soft.hpp>
#include <mixcon/core/pack.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Statistics that sum exponentials and so need room.
template <class S>
concept NeedsRoom = requires(const S& s, typename S::template state<double>& state, const logit_pair<double>& p) {
  s.make_room(state, s.height(p));
};

/// Statistics whose states are sums of what pairs contribute.
template <class S>
concept AddsUp = requires(const S& s, typename S::template state<double>& state, const logit_pair<double>& p,
                          const double& shift) { s.add(state, s.contribution(p, shift)); };

/// The reading of a state that is complete.
template <class S, class State>
MIXCON_HD auto read(const S& statistic, const State& state, index_t anchor) {
  if constexpr (requires { statistic.read(state, anchor); })
    return statistic.read(state, anchor);
  else
    return statistic.read(state);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
