// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/result.hpp>
#include <mixcon/core/ordered_sum.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/core/real.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

// What losses of classifier outputs share that are a sum over rows: the checks at the door, and the loop.
namespace mixcon::detail {

/// Refuses logits without rows, and a gradient of another shape or in the logits' own memory.
template <class E, class T>
void check_classifier_call(const char* loss, const matrix_view<const E>& logits, const matrix_view<T>& gradient) {
  MIXCON_REQUIRE(logits.extent(0) > 0 && logits.extent(1) > 0, loss, ": logits are ", logits.extents(),
                 "; expected at least one row and one class");
  MIXCON_REQUIRE(!gradient || gradient.extents() == logits.extents(), loss, ": the gradient is ", gradient.extents(),
                 " for logits ", logits.extents(), "; expected the same shape");
  MIXCON_REQUIRE(!gradient || !overlap(gradient, logits), loss,
                 ": the gradient shares memory with the logits; hand in a buffer of its own");
}

/// The mean over rows of `of_row(i, logits of the row, slopes to fill)`; sets the gradient where it is wanted.
template <class Wide, class E, class T, class OfRow>
loss_result<T> mean_over_rows(const matrix_view<const E>& logits, const matrix_view<T>& gradient, OfRow&& of_row) {
  const index_t samples = logits.extent(0), classes = logits.extent(1);
  std::vector<Wide> row(static_cast<std::size_t>(classes)), slope(row);
  ordered_sum<Wide> sum;
  for (index_t i = 0; i < samples; ++i) {
    for (index_t c = 0; c < classes; ++c) row[static_cast<std::size_t>(c)] = static_cast<Wide>(logits(i, c));
    sum.add(of_row(i, row, slope));
    for (index_t c = 0; gradient && c < classes; ++c)
      gradient(i, c) = static_cast<T>(slope[static_cast<std::size_t>(c)] / static_cast<Wide>(samples));
  }
  return {static_cast<T>(sum.value() / static_cast<Wide>(samples)), samples};
}

}  // namespace mixcon::detail
