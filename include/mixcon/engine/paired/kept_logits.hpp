// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A loss of logits that are formed once and kept for the backward pass, where they are few.

#include <mixcon/core/number/set_loops.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/call/softmax_rows.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/engine/paired/column_products.hpp>
#include <mixcon/engine/value_and_grad.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Memory that kept logits may take: a square of them; else these, their gradient, and both transposed.
inline constexpr index_t most_kept_bytes = index_t{32} << 20;

template <class T>
padded_matrix<T> padded_copy(const matrix_view<const T>& from, workspace* memory) {
  padded_matrix<T> to{from.extent(0), from.extent(1), memory};
  for (index_t i = 0; i < to.rows; ++i)
    if (from.stride(1) == 1)
      std::memcpy(to.row(i), &from(i, 0), static_cast<std::size_t>(to.columns) * sizeof(T));
    else
      for (index_t k = 0; k < to.columns; ++k) to.row(i)[k] = from(i, k);
  return to;
}
template <class T>
matrix_view<T> padded_view(padded_matrix<T>& matrix) {
  return {matrix.data.data(), {matrix.rows, matrix.columns}, {matrix.pitch, 1}};
}
template <class T>
bool all_finite(const padded_matrix<T>& matrix) {
  bool finite = true;
  for_set_in_use([&](auto set) {
    finite =
        vectors::all_right<decltype(set)>(matrix.data.data(), static_cast<index_t>(matrix.data.size()),
                                          [](const auto& x) { return x - x == std::remove_cvref_t<decltype(x)>(0); });
  });
  return finite;
}

/// Where gradients of logits go: products of rows, which are set.
template <class Executor, class T>
void set_by_slopes(const Executor& executor, const padded_matrix<T>& slopes, const padded_matrix<T>& a,
                   const padded_matrix<T>& c, const gradients<T>& wanted) {
  const auto set_row = [&](const auto& to, const T* row) {
    if (to.stride(0) == 1)
      std::memcpy(to.data(), row, static_cast<std::size_t>(to.extent(0)) * sizeof(T));
    else
      for (index_t k = 0; k < to.extent(0); ++k) to[k] = row[k];
  };
  if (wanted.anchors)
    for_each_product_row(executor, slopes, c,
                         [&](index_t i, const T* row) { set_row(row_of(as_rank_3(wanted.anchors), i), row); });
  if (!wanted.candidates.empty())
    for_each_product_row(executor, transposed_rows(slopes), product_panels<T>(a),
                         [&](index_t j, const T* row) { set_row(row_of(wanted.candidates[0].view(), j), row); });
}

/// `by_kept_logits` of a square of logits whose positives are its diagonal and hide nothing, where the executor takes
/// both directions at once: one exponential a logit, and slopes in the logits' place.
template <class Executor, class T>
bool by_square_of_logits(const Executor& executor, const directions& share, const padded_matrix<T>& a,
                         const padded_matrix<T>& c, const scratch<T>& bias, const gradients<T>& wanted,
                         loss_result<T>& result) {
  padded_matrix<T> logits{a.rows, c.rows, a.memory};
  for_each_product_row(executor, product_rows<T>(a), product_panels<T>::of_rows(c), [&](index_t i, const T* row) {
    std::memcpy(logits.row(i), row, static_cast<std::size_t>(c.rows) * sizeof(T));
  });
  square_softmax<T> both;
  both.memory = a.memory;
  both.count = a.rows, both.pitch = logits.pitch, both.logits = logits.data.data(), both.bias = bias.data();
  both.by_rows = share.rows, both.by_columns = share.columns;
  both.wants_slopes = wanted.anchors || !wanted.candidates.empty() || wanted.candidate_bias;
  scratch<T> by_bias(a.memory, wanted.candidate_bias ? bias.size() : 0);
  if (!by_bias.empty()) both.column_slopes = by_bias.data();
  if (!executor.set_square_softmax(both)) return false;
  result = {static_cast<T>(both.value), a.rows};
  set_by_slopes(executor, logits, a, c, wanted);
  for (index_t j = 0; wanted.candidate_bias && j < c.rows; ++j)
    wanted.candidate_bias[j] = by_bias[static_cast<std::size_t>(j)];
  return true;
}

/// The loss of anchors (N, D) and candidates (M, D) by their inner products and a bias a candidate, of an objective for
/// given logits and of targets that are the same from both sides (`hides_none`: where a square's positives are its
/// diagonal and nothing is hidden). Every product is formed once: 3 N M D operations
/// with gradients, which are set. Answers false, and does nothing, where rows are not finite or logits are many.
template <class Executor, class Criterion, class Targets, class T>
bool by_kept_logits(const Executor& executor, Criterion criterion, const Targets& targets,
                    const matrix_view<const T>& anchors, const matrix_view<const T>& candidates, const scratch<T>& bias,
                    const gradients<T>& wanted, loss_result<T>& result, const in_workspace& memory) {
  const index_t number = anchors.extent(0), others = candidates.extent(0);
  index_t most = most_kept_bytes;
  if constexpr (requires { index_t{executor.keeps}; }) most = executor.keeps;  // what the executor may keep
  const index_t fitting = most / (static_cast<index_t>(sizeof(T)) * others);
  if (number > fitting) return false;
  const padded_matrix<T> a = padded_copy(anchors, memory.memory), c = padded_copy(candidates, memory.memory);
  if (!all_finite(a) || !all_finite(c)) return false;
  if constexpr (requires(square_softmax<T>& both) { executor.set_square_softmax(both); })
    if (number == others && targets.hides_none() &&
        by_square_of_logits(executor, criterion.direction, a, c, bias, wanted, result))
      return true;
  if (number > fitting / 4) return false;
  padded_matrix<T> logits{number, others, memory.memory}, slopes{number, others, memory.memory};
  for_each_product_row(executor, product_rows<T>(a), product_panels<T>::of_rows(c), [&](index_t i, const T* row) {
    for (index_t j = 0; j < others; ++j) logits.row(i)[j] = row[j] + bias[static_cast<std::size_t>(j)];
  });
  const bool wants_any = wanted.anchors || !wanted.candidates.empty() || wanted.candidate_bias;
  const directions share = criterion.direction;
  const auto take = [&](padded_matrix<T>& of, padded_matrix<T>& to, double weight) {
    criterion.direction = {.rows = weight, .columns = 0};
    gradients<T> by;
    if (wants_any) by.logits = padded_view(to);
    const matrix_view<const T> values(padded_view(of));
    return value_and_grad(executor, criterion, targets, given_logits{values}, by, memory);
  };
  result = {};
  if (share.rows != 0) result = take(logits, slopes, share.rows);
  if (share.columns != 0) {
    padded_matrix<T> turned = transposed(logits), turned_slopes{others, number, memory.memory};
    const loss_result<T> by_columns = take(turned, turned_slopes, share.columns);
    result = {result.value + by_columns.value, share.rows != 0 ? result.anchors_used : by_columns.anchors_used};
    turned = transposed(turned_slopes);
    for (std::size_t k = 0; k < slopes.data.size(); ++k) slopes.data[k] += turned.data[k];
  }
  set_by_slopes(executor, slopes, a, c, wanted);
  if (!wanted.candidate_bias) return true;
  const padded_matrix<T> turned = transposed(slopes);
  for (index_t j = 0; wanted.candidate_bias && j < others; ++j) {
    ordered_sum<T> sum;
    for (index_t i = 0; i < number; ++i) sum.add(turned.row(j)[i]);
    wanted.candidate_bias[j] = static_cast<T>(sum.value());
  }
  return true;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
