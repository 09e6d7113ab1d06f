// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Tiles of products that a forward pass keeps for the backward pass of its call, where they take little memory.

#include <mixcon/core/number/instruction_sets.hpp>
#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// How many products are kept: where that takes no longer than to form them once more, which depends on a row's length
/// and on the vectors that form them.
struct keeping {
  index_t bytes_a_feature;  // one feature of a row pays for so many bytes
  index_t one_in;           // where not all may be kept, the first ones are, if they are one in so many
};
/// One thread, value and gradients. AVX-512 on Zen 4: 4096 rows of 128 gained 17 %, 5000 (two thirds kept) 14 %, 4096
/// of 64 (half kept) 6 %; on a Xeon 1024 of 128 gained 13 to 27 %, and 4096 of 64 lost 19 % where all were kept. AVX2:
/// 4096 rows of 128 and 5000 gained 14 %.
inline keeping keeping_in_use() {
  switch (instruction_set_in_use()) {
    case instruction_set::avx512:
    case instruction_set::avx2:
      return {index_t{1} << 18, 2};
    case instruction_set::as_compiled:
      break;
  }
  return {index_t{1} << 19, 2};
}

/// The tiles of a problem that are kept. Those on the diagonal of a triangle are not: forward forms half of them.
template <class T>
class kept_tiles {
 public:
  /// In `gather`: room for as many as so many bytes hold.
  template <class Problem>
  kept_tiles(const Problem& p, index_t rows_of_tile, bool in_triangle, index_t most_bytes) : kept_(p.kept) {
    const index_t rows = p.anchors.count(), columns = p.candidates.count();
    if (kept_ == nullptr) return;
    kept_->number = 0;
    const keeping that_pays = keeping_in_use();
    const index_t worth = p.anchors.width() * that_pays.bytes_a_feature, most = worth < most_bytes ? worth : most_bytes;
    const double pairs = static_cast<double>(rows) * static_cast<double>(columns) / (in_triangle ? 2 : 1);
    const double bytes = pairs * static_cast<double>(sizeof(T));
    if (bytes > static_cast<double>(that_pays.one_in * most)) return;
    const index_t entries = rows_of_tile * tile_columns, fitting = most / (entries * static_cast<index_t>(sizeof(T)));
    columns_ = blocks_of(columns, tile_columns);
    number_ = in_triangle ? columns_ * (columns_ - 1) / 2 : blocks_of(rows, rows_of_tile) * columns_;
    if (bytes > static_cast<double>(most) && number_ > fitting) number_ = fitting;
    if (number_ == 0) return;
    kept_->entries = scratch<T>::unset(p.memory, static_cast<std::size_t>(number_ * entries));
    kept_->number = number_, kept_->rows_of_tile = rows_of_tile, kept_->in_triangle = in_triangle;
  }
  /// In `scatter`: those that `gather` left, if it had the same tiles.
  template <class Problem>
  kept_tiles(const Problem& p, index_t rows_of_tile, bool in_triangle)
      : kept_(p.kept), columns_(blocks_of(p.candidates.count(), tile_columns)) {
    if (kept_ != nullptr && kept_->rows_of_tile == rows_of_tile && kept_->in_triangle == in_triangle)
      number_ = kept_->number;
  }

  /// All of a problem with so many blocks of rows, which is no triangle.
  bool all(index_t row_blocks) const { return number_ == row_blocks * columns_; }

  /// Null: this tile is not kept.
  T* operator()(index_t block, index_t other) const {
    if (number_ == 0 || (kept_->in_triangle && block == other)) return nullptr;
    const index_t number = kept_->in_triangle ? other * (other - 1) / 2 + block : block * columns_ + other;
    if (number >= number_) return nullptr;
    return kept_->entries.data() + number * kept_->rows_of_tile * tile_columns;
  }

 private:
  mixcon::detail::kept_products<T>* kept_;
  index_t columns_ = 0, number_ = 0;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
