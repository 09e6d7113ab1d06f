// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a search index must have, so that yours, hnswlib's or faiss' can find negatives.

#include <mixcon/core/integer_view.hpp>

#include <concepts>
#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

// An index finds rows near to a query without comparing it with all of them. Ours are in adapt/: hnsw_index and
// faiss_index. Your own needs what stands here, and nothing of ours to derive from:
//   add(rows, ids)                       rows (M, D) of length 1, ids (M) >= 0; an id that is held gets the new row
//   remove(id)                           refuses one that is not held
//   search(queries, ids, scores) const   for queries (B, D), without gaps: ids and scores (B, k), best first, -1 where
//                                        no key was found; called by several threads at once
//   size(), width()                      rows held, D
//   inner_product()                      whether scores are inner products, larger being nearer

/// Rows under ids, searched by inner product.
template <class Index>
concept NeighbourIndex =
    requires(Index& index, const Index& asked, const matrix_view<const float>& rows, const integer_view& names,
             const matrix_view<std::int64_t>& ids, const matrix_view<float>& scores) {
      index.add(rows, names);
      index.remove(index_t{});
      asked.search(rows, ids, scores);
      { asked.size() } -> std::convertible_to<index_t>;
      { asked.width() } -> std::convertible_to<index_t>;
      { asked.inner_product() } -> std::same_as<bool>;
    };

/// One that can be told which ids a query may find: search(queries, ids, scores, keep), keep(query, id) -> bool.
template <class Index>
concept FilteringIndex =
    NeighbourIndex<Index> && requires(const Index& asked, const matrix_view<const float>& rows,
                                      const matrix_view<std::int64_t>& ids, const matrix_view<float>& scores,
                                      bool (&keep)(index_t, std::int64_t)) { asked.search(rows, ids, scores, keep); };

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
