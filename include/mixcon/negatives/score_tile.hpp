// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/packed_rows.hpp>
#include <mixcon/engine/tile_product.hpp>

namespace mixcon::detail {

/// Similarities of blocks of rows with tiles of keys, never all at once. An entry is the same number wherever tiles
/// begin.
template <class Similarity, class T>
class score_tiles {
 public:
  static constexpr index_t rows = 32, columns = 192;

  score_tiles(const Similarity& similarity, const packed_rows<T>& anchors, const packed_rows<T>& keys)
      : similarity_(similarity), anchors_(anchors), keys_(keys) {
    if constexpr (!Similarity::linear) {
      for (index_t a = 0; a < anchors.count(); ++a) anchor_squared_.push_back(anchors.squared_length(a));
      for (index_t c = 0; c < keys.count(); ++c) key_squared_.push_back(keys.squared_length(c));
    }
  }

  index_t blocks() const { return (anchors_.count() + rows - 1) / rows; }

  /// Calls visit(anchor, first key, scores, how many) for each row of a block and each tile of keys, tiles in order.
  /// V is what the products are formed on: one number, or lanes.
  template <class V, class Visit>
  void visit(index_t block, Visit&& visit) const {
    const index_t first = block * rows, width = anchors_.width();
    const index_t count = anchors_.count() - first < rows ? anchors_.count() - first : rows;
    std::vector<T> scores(static_cast<std::size_t>(rows * columns)), turned(static_cast<std::size_t>(columns * width));
    for (index_t from = 0; from < keys_.count(); from += columns) {
      const index_t many = keys_.count() - from < columns ? keys_.count() - from : columns;
      for (index_t k = 0; k < width; ++k)
        for (index_t c = 0; c < many; ++c) turned[static_cast<std::size_t>(k * columns + c)] = keys_.row(from + c)[k];
      multiply<V>(first, count, turned.data(), scores.data());
      for (index_t r = 0; r < count; ++r) {
        T* row = scores.data() + r * columns;
        if constexpr (!Similarity::linear)
          for (index_t c = 0; c < many; ++c)
            row[c] = similarity_.value(row[c], anchor_squared_[static_cast<std::size_t>(first + r)],
                                       key_squared_[static_cast<std::size_t>(from + c)]);
        visit(first + r, from, static_cast<const T*>(row), many);
      }
    }
  }

 private:
  template <class V>
  void multiply(index_t first, index_t count, const T* turned, T* scores) const {
    const index_t width = anchors_.width(), pitch = anchors_.pitch();
    if constexpr (lane_count<V>() > 1) {
      tiles::tile_product<false, T>(count, columns, width, {anchors_.row(first), pitch, 1}, {turned, columns}, scores,
                                    columns);
    } else {
      for (index_t r = 0; r < count; ++r)
        for (index_t c = 0; c < columns; ++c) {
          T sum = 0;
          for (index_t k = 0; k < width; ++k) sum += anchors_.row(first + r)[k] * turned[k * columns + c];
          scores[r * columns + c] = sum;
        }
    }
  }

  const Similarity& similarity_;
  const packed_rows<T>&anchors_, &keys_;
  std::vector<T> anchor_squared_, key_squared_;
};

}  // namespace mixcon::detail
