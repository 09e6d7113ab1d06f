// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What stands first in a public call and decides who does what, and where: the whole contract of an executor.

#include <mixcon/core/number/lane_loops.hpp>

MIXCON_STRICT_FLOATS_BEGIN

// Required of every executor that works on the host:
//
//   void rows(index_t number, Row&& row) const;
//     calls row(i, how) once for every i below `number`, in any order and at the same time; decltype(how)::vector<T>
//     is what the task's loops work on at once: a T, or lanes of it
//
// For losses over pairs (`value_and_grad` of an objective) it has, besides, templates over a `detail::problem`
// (engine/call/problem.hpp):
//
//   void gather(const Problem& p, typename Problem::row_states& states) const;
//     every anchor's statistics over its own and the shared candidates; `states` holds N fresh states
//   void scatter(const Problem& p, const Saved& saved, detail::packed_gradients<T>& to) const;
//     adds what d loss / d statistic means for rows, scale, bias, pairs; anchors that are not `used` add nothing.
//     Before an anchor's entries are touched, `to.clear_row(anchor)`: nothing may stand there yet. Where
//     `to.one_output`, `to.candidates` and `to.anchors` are one memory; `to.separate(p.memory)` first, if threads add
//     to both at a time
//
// Optional, both or none, where a product of two rows can serve both directions of a pair; without them the directions
// are gathered and scattered one after the other:
//
//   void gather_both(const Rows& p, const Columns& transposed, typename Rows::row_states& by_row,
//                    typename Columns::row_states& by_column) const;
//   void scatter_both(const Rows& p, const SavedRows& saved_rows, const Columns& transposed,
//                     const SavedColumns& saved_columns, packed_gradients<T>& to_rows, packed_gradients<T>& to_columns)
//     `to_columns` has the memory of `to_rows` for rows, anchors and candidates exchanged
//
// An executor whose rows do not lie in the host's memory, or not in one process, has none of these. It says
// `static constexpr bool brings_evaluation = true` and has one function, the hook of every call over pairs:
//
//   auto evaluate(const char* function, workspace* memory, const Objective&, const Targets&, const Call&...) const;
//     the call's own evaluation: `forward(saved)`, `check_gradients(wanted)`, `backward(saved, upstream, wanted)`,
//     `differentiate(saved, wanted)` (sets gradients), and `fresh_saved()`, what forward leaves for backward, of any
//     type; or, for the last two, `forward_and_differentiate(wanted)`, where one wait serves both passes. Call... is
//     anchors and candidates, or given logits. Refuse in `function`'s name
//
// Results must not depend on the number of threads, to the last bit. `serial` is the reference; `tiled` the fast one.
namespace mixcon {

namespace detail {
/// A task that an executor is asked about.
struct any_row {
  template <class How>
  void operator()(index_t, const How&) const {}
};
}  // namespace detail

/// What may stand first in a public call: something with `rows`, or with an evaluation of its own.
template <class E>
concept Executor = requires(const E& executor) { executor.rows(index_t{}, detail::any_row{}); } ||
                   requires { requires E::brings_evaluation; };

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
