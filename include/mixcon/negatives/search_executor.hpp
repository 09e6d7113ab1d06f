// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What may stand first in a search for negatives, so that a call without it is refused in one sentence.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/core/config.hpp>
#include <mixcon/negatives/search/neighbour_index.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// What makes rows and scores of pairs: `cosine{}`, `dot_product{}` and their like.
template <class T>
concept SimilarityOfCall = requires(const T& similarity) {
  similarity.anchor_rows();
  similarity.candidate_rows();
};
/// serial{}, tiled{}, or another engine: nothing else of the call.
template <class T>
concept SearchExecutor = Engine<T> && !AnyTensor<T> && !SimilarityOfCall<T> && !NeighbourIndex<T>;

/// Whether a call begins with an engine and a similarity.
template <class First, class Second = void, class... More>
inline constexpr bool begins_by_similarity = SearchExecutor<First> && SimilarityOfCall<Second>;
/// Whether a call begins with an engine and an index.
template <class First, class Second = void, class... More>
inline constexpr bool begins_by_index = SearchExecutor<First> && NeighbourIndex<Second>;

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
