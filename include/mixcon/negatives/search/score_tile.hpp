// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Similarities of rows with keys, one tile at a time, so that they are never stored all at once.

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/tiled/panel_distance.hpp>
#include <mixcon/negatives/rows_as_read.hpp>

#include <cstdint>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Similarities of blocks of rows with tiles of keys, never all at once. An entry is the same number wherever tiles
/// begin. Keys are packed and turned a tile at a time, by the executor's threads: the products read nothing else.
template <class Similarity, class T>
class score_tiles {
 public:
  static constexpr index_t rows = 36, columns = 192;

  template <class Executor, class A, class K>
  score_tiles(const Executor& executor, const Similarity& similarity, const matrix_view<const A>& anchors,
              const matrix_view<const K>& keys, workspace* memory)
      : similarity_(similarity),
        memory_(memory),
        anchors_(rows_as_read(anchors, similarity.anchor_rows(), memory)),
        keys_(keys.extent(0)),
        tiles_((keys_ + columns - 1) / columns),
        turned_(scratch<T>::unset(memory, static_cast<std::size_t>(tiles_ * columns * anchors_.width()))),
        anchor_squared_(memory),
        key_squared_(memory) {
    for (index_t c = 0; c < columns; ++c) numbers_[c] = static_cast<std::int32_t>(c);
    if constexpr (!Similarity::linear) {
      anchor_squared_.set_all(anchors_);
      key_squared_.resize(keys_);
    }
    for_each_row(executor, tiles_, [&](index_t tile, auto) { turn(tile, keys); });
  }

  /// 0, 1, ..., one for each key of a tile.
  const std::int32_t* numbers() const { return numbers_; }
  index_t blocks() const { return (anchors_.count() + rows - 1) / rows; }

  /// Calls visit(anchor, first key, scores, how many) for each row of a block and each tile of keys, tiles in order.
  /// V is what the products are formed on: one number, or lanes.
  template <class V, class Visit>
  void visit(index_t block, Visit&& visit) const {
    const index_t first = block * rows;
    const index_t count = anchors_.count() - first < rows ? anchors_.count() - first : rows;
    auto scores = scratch<T>::unset(memory_, static_cast<std::size_t>(rows * columns));
    for (index_t tile = 0; tile < tiles_; ++tile) {
      const index_t from = tile * columns, many = keys_of(tile);
      multiply<V>(first, count, turned_.data() + from * anchors_.width(), scores.data());
      for (index_t r = 0; r < count; ++r) {
        T* row = scores.data() + r * columns;
        if constexpr (!Similarity::linear) score<V>(first + r, from, many, row);
        visit(first + r, from, static_cast<const T*>(row), many);
      }
    }
  }

 private:
  index_t keys_of(index_t tile) const { return keys_ - tile * columns < columns ? keys_ - tile * columns : columns; }

  /// Entry (k, c) of a tile becomes number k of its key c, 0 beyond the last key. In small squares: along cache lines.
  template <class K>
  void turn(index_t tile, const matrix_view<const K>& keys) {
    constexpr index_t side = 16;
    const index_t from = tile * columns, many = keys_of(tile), width = anchors_.width();
    packed_rows<T> packed(columns, width, memory_);
    for (index_t c = 0; c < many; ++c) {
      const K* const key = keys.data() + (from + c) * keys.stride(0);
      packed.pack(c, vector_view<const K>{key, {width}, {keys.stride(1)}}, similarity_.candidate_rows());
      if constexpr (!Similarity::linear) key_squared_.set(from + c, packed, c);
    }
    T* const turned = turned_.data() + from * width;
    for (index_t left = 0; left < columns; left += side)
      for (index_t top = 0; top < width; top += side)
        for (index_t c = left; c < left + side; ++c)
          for (index_t k = top; k < width && k < top + side; ++k)
            turned[k * columns + c] = c < many ? packed.row(c)[k] : T(0);
  }

  /// Replaces products of anchor a with keys by similarities; distances are measured where products say too little.
  template <class V>
  void score(index_t a, index_t from, index_t many, T* row) const {
    const T aa = anchor_squared_.of[static_cast<std::size_t>(a)];
    const T* const kk = key_squared_.of.data() + from;
    const auto from_products = [&](index_t c) { return similarity_.value(row[c], aa, kk[c]); };
    if constexpr (is_of_distance<Similarity>) {
      const T least = anchor_squared_.least[static_cast<std::size_t>(a)];
      const T* const least_of = key_squared_.least.data() + from;
      const auto is_near = [&](index_t c) { return !(squared_distance(row[c], aa, kk[c]) > least + least_of[c]); };
      index_t nearby = 0;
      for (index_t c = 0; c < many; ++c) nearby += is_near(c) ? 1 : 0;
      if (nearby > 0) {
        constexpr index_t at_once = lane_count<V>();
        wide_t<T> distance[static_cast<std::size_t>(at_once)] = {};
        index_t measured = -1;
        for (index_t c = 0; c < many; ++c) {
          if (!is_near(c)) {
            row[c] = from_products(c);
            continue;
          }
          if (measured != c / at_once) {
            measured = c / at_once;
            measure<V>(a, turned_.data() + from * anchors_.width() + measured * at_once, distance);
          }
          row[c] = static_cast<T>(similarity_.of_distance(distance[c % at_once]));
        }
        return;
      }
    }
    for (index_t c = 0; c < many; ++c) row[c] = from_products(c);
  }
  /// Distances of anchor a from the columns of a tile that a V holds.
  template <class V>
  void measure(index_t a, const T* columns_of, wide_t<T>* to) const {
    const T* const anchor = anchors_.row(a);
    if constexpr (lane_count<V>() > 1)
      tiles::panel_distances<as_compiled>(anchors_.width(), anchor, tiles::rows_of_vectors<T>{columns_of, columns}, to);
    else
      *to = length_of<T>(anchors_.width(), [=](index_t k) {
        return static_cast<wide_t<T>>(anchor[k]) - static_cast<wide_t<T>>(columns_of[k * columns]);
      });
  }

  template <class V>
  void multiply(index_t first, index_t count, const T* turned, T* scores) const {
    const index_t width = anchors_.width(), pitch = anchors_.pitch();
    if constexpr (lane_count<V>() > 1) {
      tiles::tile_product(false, count, columns, width, tiles::strided<T>{anchors_.row(first), pitch, 1},
                          tiles::rows_of_vectors<T>{turned, columns}, scores, columns);
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
  workspace* memory_;
  packed_rows<T> anchors_;
  index_t keys_, tiles_;
  scratch<T> turned_;                                       // tiles of (D, columns)
  tiles::squared_lengths<T> anchor_squared_, key_squared_;  // where the similarity needs them
  std::int32_t numbers_[columns];
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
