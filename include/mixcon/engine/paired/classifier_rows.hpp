// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What losses of classifier outputs share: the checks at the door and the loop over rows.

#include <mixcon/contrast/result.hpp>
#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/core/number/ordered_sum.hpp>
#include <mixcon/core/number/real.hpp>
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

/// The mean over rows of `of_row(how, i, logits of the row, slopes to fill)`, by the executor's threads, with `how` its
/// lanes; sets the gradient where it is wanted. `skipped` rows are no part of the mean, and their gradient is 0.
template <class Wide, class Executor, class E, class T, class OfRow>
loss_result<T> mean_over_rows(const Executor& executor, const matrix_view<const E>& logits,
                              const matrix_view<T>& gradient, const marked_rows& skipped, OfRow&& of_row) {
  constexpr index_t at_once = 32;
  const index_t samples = logits.extent(0), classes = logits.extent(1);
  index_t counted = 0;
  for (index_t i = 0; i < samples; ++i) counted += skipped[i] ? 0 : 1;
  const Wide share = 1 / static_cast<Wide>(counted > 0 ? counted : 1);
  std::vector<Wide> values(static_cast<std::size_t>(samples));
  for_each_row(executor, (samples + at_once - 1) / at_once, [&](index_t block, const auto& how) {
    std::vector<Wide> row(static_cast<std::size_t>(classes)), slope(row);
    for (index_t i = block * at_once; i < samples && i < (block + 1) * at_once; ++i) {
      if (skipped[i]) {
        for (index_t c = 0; gradient && c < classes; ++c) gradient(i, c) = T(0);
        continue;
      }
      for (index_t c = 0; c < classes; ++c) row[static_cast<std::size_t>(c)] = static_cast<Wide>(logits(i, c));
      values[static_cast<std::size_t>(i)] = of_row(how, i, row, slope);
      for (index_t c = 0; gradient && c < classes; ++c)
        gradient(i, c) = static_cast<T>(slope[static_cast<std::size_t>(c)] * share);
    }
  });
  ordered_sum<Wide> sum;
  for (const Wide value : values) sum.add(value);
  return {static_cast<T>(sum.value() * share), counted};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
