// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Tiles of products that a forward pass keeps for the backward pass of its call, where they take little memory.

#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Products are kept where that takes no longer than to form them once more: of long rows, or of few. So many bytes a
/// feature; one thread, busy machine: 1024 rows of 128 gained 13 to 27 %, 4096 of 256 12 %, 4096 of 64 lost 19 %.
inline constexpr index_t kept_bytes_a_feature = index_t{1} << 17;

/// The tiles of a problem that are kept. Those on the diagonal of a triangle are not: forward forms half of them.
template <class T>
class kept_tiles {
 public:
  /// In `gather`: room for them, if they take at most so many bytes.
  template <class Problem>
  kept_tiles(const Problem& p, index_t rows_of_tile, bool in_triangle, index_t most_bytes) : kept_(p.kept) {
    const index_t rows = p.anchors.count(), columns = p.candidates.count();
    if (kept_ == nullptr) return;
    kept_->rows_of_tile = 0;
    const double pairs = static_cast<double>(rows) * static_cast<double>(columns) / (in_triangle ? 2 : 1);
    const index_t worth = p.anchors.width() * kept_bytes_a_feature;
    if (pairs * static_cast<double>(sizeof(T)) > static_cast<double>(worth < most_bytes ? worth : most_bytes)) return;
    columns_ = blocks_of(columns, tile_columns);
    const index_t number = in_triangle ? columns_ * (columns_ - 1) / 2 : blocks_of(rows, rows_of_tile) * columns_;
    kept_->entries = scratch<T>::unset(p.memory, static_cast<std::size_t>(number * rows_of_tile * tile_columns));
    kept_->rows_of_tile = rows_of_tile, kept_->in_triangle = in_triangle;
  }
  /// In `scatter`: those that `gather` left, if it had the same tiles.
  template <class Problem>
  kept_tiles(const Problem& p, index_t rows_of_tile, bool in_triangle)
      : kept_(p.kept), columns_(blocks_of(p.candidates.count(), tile_columns)) {
    if (kept_ != nullptr && (kept_->rows_of_tile != rows_of_tile || kept_->in_triangle != in_triangle)) kept_ = nullptr;
  }

  /// Null: this tile is not kept.
  T* operator()(index_t block, index_t other) const {
    if (kept_ == nullptr || kept_->rows_of_tile == 0 || (kept_->in_triangle && block == other)) return nullptr;
    const index_t number = kept_->in_triangle ? other * (other - 1) / 2 + block : block * columns_ + other;
    return kept_->entries.data() + number * kept_->rows_of_tile * tile_columns;
  }

 private:
  mixcon::detail::kept_products<T>* kept_;
  index_t columns_ = 0;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
