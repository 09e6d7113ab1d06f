// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The softmax cross entropy of logits that are there already, as an executor may take it at once: value and gradient
// of a row while that lies in the cache. Which calls are of that kind, and what they come to.

#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/gradients.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Rows of logits (N, K), each side by side, with soft labels or with one class each; and where answers go:
///
///   value_i = sum_c t_ic (log sum_k e^x_ik - x_ic),   x = scale logit
///   slope_ic = factor scale (t_i. softmax(x_i)_c - t_ic),   t_i. = sum_c t_ic
template <class T>
struct softmax_rows {
  index_t count = 0, classes = 0;
  T scale = 1, factor = 1;  // factor: d loss / d value_i
  matrix_view<const T> logits{}, targets{};
  const std::int32_t* label = nullptr;  // (N), in the place of targets; below 0: no class, and a slope of 0
  matrix_view<T> slopes{};
  T* value = nullptr;            // (N)
  char* has_positive = nullptr;  // (N)
  workspace* memory = nullptr;   // of what the executor needs for itself
};

/// A square of logits whose positives are the diagonal, a row `pitch` numbers after the one before; what lies between
/// may be overwritten up to whole vectors of 16 numbers.
///
///   value = 1/N sum_i [ by_rows (log sum_j e^x_ij - x_ii) + by_columns (log sum_j e^x_ji - x_ii) ],  x = logit +
///   bias_j
template <class T>
struct square_softmax {
  index_t count = 0, pitch = 0;
  double by_rows = 1, by_columns = 1;
  const T* bias = nullptr;  // (N), by column; null: none
  T* logits = nullptr;      // become d value / d x, where `wants_slopes`
  bool wants_slopes = true;
  T* column_slopes = nullptr;   // (N), the sums of slopes over rows, where wanted
  workspace* memory = nullptr;  // of what the executor needs for itself
  double value = 0;
};

/// What a rule says of a softmax over classes, where it says no more than soft labels or a class of each row.
template <class T, class Rule>
bool describe_softmax(const Rule& rule, softmax_rows<T>& rows) {
  if constexpr (requires { requires Rule::is_of_soft_labels; }) {
    if constexpr (std::is_same_v<decltype(rule.target), matrix_view<const T>>) {
      rows.targets = rule.target;
      return !rule.weight && rule.target.stride(1) == 1;
    }
  } else if constexpr (requires { requires Rule::is_of_one_class; }) {
    rows.label = rule.own.data();
    return true;
  }
  return false;
}

/// Whether nothing but the gradient by logits is wanted, in rows that lie side by side.
template <class T>
bool wants_logits_alone(const gradients<T>& wanted) {
  return wanted.logits && wanted.logits.stride(1) == 1 && !wanted.anchors && wanted.candidates.empty() &&
         !wanted.temperature && !wanted.scale && !wanted.bias && !wanted.candidate_bias && !wanted.pair_scale &&
         !wanted.pair_bias && !wanted.targets;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
