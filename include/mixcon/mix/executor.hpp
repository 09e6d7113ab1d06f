// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What `blend` and `unblend` ask of the executor that may stand first in their calls.

#include <mixcon/core/config.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

// Mixing knows no engine: whatever has these members will do.
//
//   executor.rows(number, row)   calls row(i, how) once for every i below `number`, in any order and at the same time,
//                                and returns when all are done; as `serial{}` and `tiled{}` do for losses
//   executor.workers()           how many of these run at once; where it is missing, each sample is a task
//
// or, as a `thread_pool` has them, parallel_for(number, task) and threads(). An executor whose memory the host does not
// reach brings its own mixing, and gets the plan and the views when all is checked:
//
//   executor.blend(plan, samples, partners, mixed)            of one rank each; `samples` and `partners` may be one
//   executor.unblend(plan, upstream, gradient, unblend_part)  adds
namespace mixcon {

/// Which part of the adjoint `unblend` adds to a gradient: what samples keep of themselves, what they give as partners,
/// or both, where samples and partners are one batch.
enum class unblend_part { own, partners, both };

namespace detail {

struct any_task {
  template <class... How>
  void operator()(index_t, const How&...) const {}
};
template <class Executor>
concept RunsRows = requires(Executor& executor, any_task task) { executor.rows(index_t{}, task); };
template <class Pool>
concept RunsTasks = requires(Pool& pool, any_task task) { pool.parallel_for(index_t{}, task); };

/// What may stand first in a call of `blend` or `unblend`.
template <class Executor>
concept MixingExecutor = RunsRows<Executor> || RunsTasks<Executor>;

/// A call without an executor: on the calling thread.
struct calling_thread {
  static constexpr index_t workers() { return 1; }
  template <class Row>
  void rows(index_t number, Row&& row) const {
    for (index_t i = 0; i < number; ++i) row(i, *this);
  }
};

/// How many tasks run at once; `many` where the executor does not say.
template <class Executor>
index_t workers_of(const Executor& executor, index_t many) {
  if constexpr (requires {
                  { executor.workers() } -> std::convertible_to<index_t>;
                })
    return executor.workers();
  else if constexpr (requires {
                       { executor.threads() } -> std::convertible_to<index_t>;
                     })
    return executor.threads();
  else
    return many;
}

/// Calls task(i) once for every i in [0, number).
template <class Executor, class Task>
void run_tasks(Executor& executor, index_t number, Task&& task) {
  if constexpr (RunsRows<Executor>)
    executor.rows(number, [&](index_t i, const auto&...) { task(i); });
  else
    executor.parallel_for(number, task);
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
