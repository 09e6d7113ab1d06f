// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What losses of classifier outputs share: the checks at the door and the loop over rows.

#include <mixcon/contrast/result.hpp>
#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/core/number/real.hpp>
#include <mixcon/core/number/set_loops.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

// What losses of classifier outputs share that are a sum over rows: the checks at the door, and the loop.
namespace mixcon::detail {

/// Refuses logits without rows, and a gradient of another shape or in the logits' own memory.
template <class E, class T>
void check_classifier_call(const char* loss, const matrix_view<const E>& logits, const matrix_view<T>& gradient) {
  MIXCON_REQUIRE(logits.extent(0) > 0 && logits.extent(1) > 0, loss, ": logits are ", logits.extents(),
                 "; expected at least one row and one class");
  require_data(loss, "the gradient", gradient);
  MIXCON_REQUIRE(!gradient || gradient.extents() == logits.extents(), loss, ": the gradient is ", gradient.extents(),
                 " for logits ", logits.extents(), "; expected the same shape");
  MIXCON_REQUIRE(!gradient || !overlap(gradient, logits), loss,
                 ": the gradient shares memory with the logits; hand in a buffer of its own");
}

/// A row of logits as N: where it stands, if it can be read there, or copied to `to`.
template <class V, class N, class E>
const N* row_of_logits(const matrix_view<const E>& logits, index_t i, std::vector<N>& to) {
  if constexpr (std::is_same_v<N, E>)
    if (logits.stride(1) == 1) return &logits(i, 0);
  for (index_t c = 0; c < logits.extent(1); ++c) to[static_cast<std::size_t>(c)] = static_cast<N>(logits(i, c));
  return to.data();
}
/// Sets a row of the gradient to share * slope.
template <class V, class N, class T>
void set_row(const matrix_view<T>& gradient, index_t i, const std::vector<N>& slope, N share) {
  const index_t classes = gradient.extent(1);
  if constexpr (std::is_same_v<N, T>)
    if (gradient.stride(1) == 1) {
      T* const to = &gradient(i, 0);
      return for_each_part<V>(classes, [&](auto kind, index_t c) {
        using U = decltype(kind);
        store_as<U>(to + c, load_as<U>(slope.data() + c) * U(share));
      });
    }
  for (index_t c = 0; c < classes; ++c) gradient(i, c) = static_cast<T>(slope[static_cast<std::size_t>(c)] * share);
}

/// The mean over rows of `of_row(kind, i, logits of the row, slopes to fill)`, by the executor's threads. Where it has
/// lanes, `kind` is lanes of Narrow in the widest set in use, and logits and slopes are Narrow; else all are one Wide
/// each, as the reference computes. Sets the gradient where it is wanted. `skipped` rows are no part of the mean, and
/// their gradient is 0.
template <class Wide, class Narrow, class Executor, class E, class T, class OfRow>
loss_result<T> mean_over_rows(const Executor& executor, const matrix_view<const E>& logits,
                              const matrix_view<T>& gradient, const marked_rows& skipped, OfRow&& of_row) {
  constexpr index_t at_once = 32;
  const index_t samples = logits.extent(0), classes = logits.extent(1);
  index_t counted = 0;
  for (index_t i = 0; i < samples; ++i) counted += skipped[i] ? 0 : 1;
  const Wide share = 1 / static_cast<Wide>(counted > 0 ? counted : 1);
  std::vector<Wide> values(static_cast<std::size_t>(samples));
  for_each_row(executor, (samples + at_once - 1) / at_once, [&](index_t block, const auto& how) {
    const index_t first = block * at_once, last = samples - first < at_once ? samples : first + at_once;
    for (index_t i = first; i < last; ++i)
      for (index_t c = 0; skipped[i] && gradient && c < classes; ++c) gradient(i, c) = T(0);
    vectors::run_on_lanes(how, [&](const auto& on) {
      using set = std::remove_cvref_t<decltype(on)>;
      constexpr bool has_lanes = lane_count<typename set::template vector<Narrow>>() > 1;
      using N = std::conditional_t<has_lanes, Narrow, Wide>;
      using V = typename set::template vector<N>;
      std::vector<N> row(static_cast<std::size_t>(classes)), slope(row);
      for (index_t i = first; i < last; ++i) {
        if (skipped[i]) continue;
        values[static_cast<std::size_t>(i)] = of_row(V(), i, row_of_logits<V>(logits, i, row), slope);
        if (gradient) set_row<V>(gradient, i, slope, static_cast<N>(share));
      }
    });
  });
  ordered_sum<Wide> sum;
  for (const Wide value : values) sum.add(value);
  return {static_cast<T>(sum.value() * share), counted};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
