// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The public calls of losses over aligned rows, row i of one matrix with row i of the other.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/paired/aligned.hpp>

#include <concepts>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// A loss of two matrices of aligned rows that is no formula of one row: it has a `name`, a `check()`, and
///
///   loss_result<T> evaluate(executor, rows, upstream, wanted) const
///
/// which answers the value, and adds `upstream` times its gradients to those views of `wanted` that are not empty. It
/// may have `form`, how rows enter (as given, unless it says so), `check_finite`, whether they are checked,
/// `second_is_constant`, for a loss that has no gradient by the second rows, and `sets_gradients`, for one that heeds
/// `rows.sets_gradients()`: then it sets all that is wanted, where nothing stands, and nobody clears it first. Arrays
/// that live in `rows.memory()` (a `scratch`) are left to the next call.
template <class Loss>
concept AlignedLoss = requires(const Loss& loss) {
  { Loss::name } -> std::convertible_to<const char*>;
  (loss.check)();
  Loss::is_of_aligned_rows;
};

namespace detail {

template <class T>
inline constexpr bool is_part_of_call<aligned_gradients<T>> = true;

/// `for_each_row` for a task(i) that asks for no lanes.
template <class Executor, class Task>
void share_out(const Executor& executor, index_t number, Task&& task) {
  for_each_row(executor, number, [&](index_t i, auto) { task(i); });
}

/// Sees to it that as many tasks as the executor runs at once find so many bytes each in a workspace.
template <class Executor>
void reserve_for_tasks(const Executor& executor, workspace* memory, std::size_t bytes) {
  if constexpr (requires { index_t{executor.workers()}; })
    if (memory != nullptr) memory->reserve(executor.workers(), bytes);
}

/// The sum of term(i) over all i below count; each term by one thread, added in order.
template <class wide, class Executor, class Term>
wide sum_by_rows(const Executor& executor, workspace* memory, index_t count, Term&& term) {
  auto terms = scratch<wide>::unset(memory, static_cast<std::size_t>(count));
  share_out(executor, count, [&](index_t i) { terms[static_cast<std::size_t>(i)] = term(i); });
  ordered_sum<wide> sum;
  for (const wide x : terms) sum.add(x);
  return sum.value();
}

/// Whether a gradient by the second rows has no meaning: the loss holds them constant.
template <class Loss>
inline constexpr bool holds_second_constant = requires { requires Loss::second_is_constant; };

/// Whether `value_and_grad` leaves it to the loss to set gradients.
template <class Loss>
inline constexpr bool sets_own_gradients = requires { requires Loss::sets_gradients; };

template <class E, class Loss, class First, class Second>
aligned_rows<E> checked_rows(const char* function, const Loss& loss, const First& first, const Second& second,
                             const in_workspace& memory, bool sets_gradients = false) {
  (loss.check)();
  rows form = rows::as_given;
  if constexpr (requires { loss.form; }) form = loss.form;
  bool checks = false;
  if constexpr (requires { loss.check_finite; }) checks = loss.check_finite;
  return {function,
          Loss::name,
          view_given<2>(function, Loss::name, first),
          view_given<2>(function, Loss::name, second),
          form,
          checks,
          memory.memory,
          sets_gradients};
}

}  // namespace detail

// Every call may end with a `workspace`: memory that calls leave to the next.

/// The loss of rows x and y, (N, D) each.
template <detail::Engine Executor, AlignedLoss Loss, Viewable<2> First, Viewable<2> Second>
auto forward(const Executor& executor, const Loss& loss, const First& x, const Second& y,
             const in_workspace& memory = in_workspace::none()) {
  using E = std::remove_const_t<element_t<const First>>;
  return loss.evaluate(executor, detail::checked_rows<E>("forward", loss, x, y, memory), 0,
                       aligned_gradients<accumulate_t<E>>{});
}
/// Adds `upstream` times the gradients that are wanted.
template <detail::Engine Executor, AlignedLoss Loss, Viewable<2> First, Viewable<2> Second>
void backward(const Executor& executor, const Loss& loss, const First& x, const Second& y, double upstream,
              const aligned_gradients<accumulate_t<element_t<const First>>>& wanted,
              const in_workspace& memory = in_workspace::none()) {
  const auto rows = detail::checked_rows<std::remove_const_t<element_t<const First>>>("backward", loss, x, y, memory);
  rows.check_gradients(wanted, detail::holds_second_constant<Loss>);
  loss.evaluate(executor, rows, upstream, wanted);
}
/// The loss, and its gradients that are wanted: sets them.
template <detail::Engine Executor, AlignedLoss Loss, Viewable<2> First, Viewable<2> Second>
auto value_and_grad(const Executor& executor, const Loss& loss, const First& x, const Second& y,
                    const aligned_gradients<accumulate_t<element_t<const First>>>& wanted,
                    const in_workspace& memory = in_workspace::none()) {
  using E = std::remove_const_t<element_t<const First>>;
  constexpr bool sets = detail::sets_own_gradients<Loss>;
  const auto rows = detail::checked_rows<E>("value_and_grad", loss, x, y, memory, sets);
  rows.check_gradients(wanted, detail::holds_second_constant<Loss>);
  if (!sets) (detail::clear)(wanted);
  return loss.evaluate(executor, rows, 1, wanted);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
