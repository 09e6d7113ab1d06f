// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Copies and counts the scores that pass a bound, on vectors where the processor can.

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/negatives/search/wide_filter.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// How many numbers `copy_scores` may write beyond those it answers for, and `count_at_least` may read beyond `count`.
inline constexpr index_t filter_margin = 16;

/// Whether all of `filter_margin` scores are at most `bound`; NaN is not.
template <class V, class T = scalar_of<V>>
bool none_above(T bound, const T* scores) {
  if constexpr (lane_count<V>() == 1) {
    for (index_t k = 0; k < filter_margin; ++k)
      if (!(scores[k] <= bound)) return false;
    return true;
  } else {
    auto none = load_as<V>(scores) <= V(bound);
    MIXCON_UNROLL
    for (index_t k = lane_count<V>(); k < filter_margin; k += lane_count<V>())
      none = none && load_as<V>(scores + k) <= V(bound);
    return none.all();
  }
}

/// Copies the scores that `Which` says and their keys first + keys[j], in order; answers how many. In place if the
/// outputs are the inputs.
template <class V, which_scores Which, class T = scalar_of<V>>
index_t copy_scores(T bound, const T* scores, const std::int32_t* keys, std::int32_t first, index_t count, T* to_scores,
                    std::int32_t* to_keys) {
#if MIXCON_HAS_WIDE_FILTER
  if constexpr (std::is_same_v<T, float> && lane_count<V>() > 1)
    if (tiles::has_wide_filter())
      return tiles::for_avx512::copy_scores<Which>(bound, scores, keys, first, count, to_scores, to_keys);
#endif
  index_t copied = 0, j = 0;
  while (j < count) {
    const index_t end = j + filter_margin < count ? j + filter_margin : count;
    if (Which == which_scores::not_at_most && end - j == filter_margin && none_above<V>(bound, scores + j)) j = end;
    for (; j < end; ++j) {  // without a branch that nobody foresees
      const T score = scores[j];
      to_scores[copied] = score;
      to_keys[copied] = first + keys[j];
      copied += is_copied<Which>(score, bound) ? 1 : 0;
    }
  }
  return copied;
}

/// How many scores, none of them NaN, are at least `bound`.
template <class V, class T = scalar_of<V>>
index_t count_at_least(T bound, const T* scores, index_t count) {
#if MIXCON_HAS_WIDE_FILTER
  if constexpr (std::is_same_v<T, float> && lane_count<V>() > 1)
    if (tiles::has_wide_filter()) return tiles::for_avx512::count_at_least(bound, scores, count);
#endif
  index_t found = 0, j = 0;
  if constexpr (lane_count<V>() > 1) {
    typename mask_of<V>::tally below;
    for (; j + lane_count<V>() <= count; j += lane_count<V>()) below.add(load_as<V>(scores + j) < V(bound));
    found = j - below.total();
  }
  for (; j < count; ++j) found += scores[j] >= bound ? 1 : 0;
  return found;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
