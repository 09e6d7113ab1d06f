// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// An executor is the first argument of every public call and decides who visits which pair. It has two functions,
// templates over a `detail::problem` (engine/call/problem.hpp), and may have a third:
//
//   void gather(const Problem&, std::vector<detail::row_state<Problem, T>>& states) const;
//     every anchor's statistics over its own and the shared candidates; `states` holds N fresh states
//   void scatter(const Problem&, const Saved&, detail::packed_gradients<T>&) const;
//     adds what d loss / d statistic means for rows, scale, bias, pairs; anchors that are not `used` add nothing
//   void rows(index_t number, Row&& row) const;
//     calls row(i, how) for every i below `number`, in any order and at the same time; decltype(how)::vector<T> is what
//     the task's loops work on at once. Where it is missing, rows come one after the other, number by number
//
// Results must not depend on the number of threads. `serial` is the reference; `tiled` the fast one.

#include <mixcon/contrast/doors.hpp>

#include <mixcon/engine/serial.hpp>
#if !defined(__CUDACC__)  // nvcc has no vector registers: call `tiled` from a file of the host's compiler
#include <mixcon/engine/tiled.hpp>
#endif
