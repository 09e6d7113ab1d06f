// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One tile of a problem: which anchors and candidates, their products and their logits.

#include <mixcon/core/phases.hpp>
#include <mixcon/engine/call/problem.hpp>
#include <mixcon/engine/tiled/panel_distance.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

inline constexpr index_t tile_rows = 96, tile_columns = 192;  // anything from 64 to 576 is about as fast

inline index_t blocks_of(index_t count, index_t size) { return (count + size - 1) / size; }

/// The candidates as the logit product reads them: panels of `tile_columns`, entry (k, j) of a panel being feature k of
/// its candidate j; 0 beyond the last one.
template <class T>
class panels {
 public:
  /// None at all where `are_used` says so.
  [[gnu::noinline]] panels(const mixcon::detail::packed_rows<T>& rows, workspace* memory, bool are_used = true)
      : width_(are_used ? rows.width() : 0),
        data_(memory, static_cast<std::size_t>(blocks_of(rows.count(), tile_columns) * tile_columns * width_)) {
    [[maybe_unused]] const timed_phase packing(phase::packing);
    for (index_t tile = 0; width_ != 0 && tile * tile_columns < rows.count(); ++tile)
      pack(rows, tile, data_.data() + tile * tile_columns * width_);
  }
  /// The panel of one tile: (width, tile_columns), of which entries beyond the last row are not set.
  static void pack(const mixcon::detail::packed_rows<T>& rows, index_t tile, T* panel) {
    constexpr index_t at_once = 16;  // rows, so that whole cache lines are written
    const index_t begin = tile * tile_columns, pitch = rows.pitch();
    const index_t end = rows.count() - begin < tile_columns ? rows.count() : begin + tile_columns;
    for (index_t first = begin; first < end; first += at_once) {
      T* const to = panel + (first - begin);
      const index_t number = end - first < at_once ? end - first : at_once;
      const T* const row = rows.row(first);
      for (index_t k = 0; k < rows.width(); ++k)
        for (index_t j = 0; j < number; ++j) to[k * tile_columns + j] = row[j * pitch + k];
    }
  }
  rows_of_vectors<T> operator[](index_t tile) const {
    return {data_.data() + tile * tile_columns * width_, tile_columns};
  }

 private:
  index_t width_;
  scratch<T> data_;
};

/// One tile of anchors x candidates: which they are, and their products or whatever stands in their place.
template <class T>
class tile {
 public:
  using rows_type = mixcon::detail::packed_rows<T>;

  [[gnu::noinline]] tile(const rows_type& anchors, const rows_type& candidates, index_t block, index_t column_block,
                         index_t most_rows, workspace* memory, T* kept = nullptr)
      : anchors_(anchors),
        candidates_(candidates),
        first_row_(block * most_rows),
        rows_(smaller(anchors.count() - first_row_, most_rows)),
        first_column_(column_block * tile_columns),
        columns_(smaller(candidates.count() - first_column_, tile_columns)),
        own_(scratch<T>::unset(memory, kept != nullptr ? 0 : entries(most_rows))),
        entries_(kept != nullptr ? kept : own_.data()) {}

  /// How many entries a tile has room for.
  static constexpr std::size_t entries(index_t most_rows) { return static_cast<std::size_t>(most_rows * tile_columns); }

  index_t first_row() const { return first_row_; }
  index_t rows() const { return rows_; }
  index_t first_column() const { return first_column_; }
  index_t columns() const { return columns_; }
  /// Those in whole vectors of a width; the rest goes one by one.
  index_t whole_columns(index_t width) const { return columns_ / width * width; }
  /// All, in whole vectors of any instruction set.
  index_t padded_columns() const { return mixcon::detail::packed_rows<T>::pitch_of(columns_); }
  T* entry(index_t r, index_t j) { return entries_ + r * tile_columns + j; }

  /// Moves to another block of candidates of the same anchors.
  void move_to(index_t column_block) {
    first_column_ = column_block * tile_columns;
    columns_ = smaller(candidates_.count() - first_column_, tile_columns);
  }
  /// Fills the tile with the entries of one whose anchors are its candidates, and the other way round.
  [[gnu::noinline]] void take_transposed(tile& other) {
    for_each_entry([&](index_t r, index_t j) { *entry(r, j) = *other.entry(j, r); });
  }
  [[gnu::noinline]] void add_transposed(tile& other) {
    for_each_entry([&](index_t r, index_t j) { *entry(r, j) += *other.entry(j, r); });
  }
  [[gnu::noinline]] void add(tile& other) {
    for_each_entry([&](index_t r, index_t j) { *entry(r, j) += *other.entry(r, j); });
  }
  /// Fills the tile with the dot products of its rows, where there are any.
  [[gnu::noinline]] void multiply(const panels<T>& candidates) {
    [[maybe_unused]] const timed_phase products(phase::products);
    if (anchors_.width() == 0) return;  // of logits that are given
    tile_product(false, rows_, padded_columns(), anchors_.width(),
                 strided<T>{anchors_.row(first_row_), anchors_.pitch(), 1}, candidates[first_column_ / tile_columns],
                 entries_, tile_columns);
  }

 private:
  static index_t smaller(index_t a, index_t b) { return a < b ? a : b; }
  /// In small squares, so that a transposed tile is read along cache lines.
  template <class Visit>
  void for_each_entry(Visit&& visit) {
    [[maybe_unused]] const timed_phase transposing(phase::transposing);
    constexpr index_t side = 16;
    for (index_t top = 0; top < rows_; top += side)
      for (index_t left = 0; left < columns_; left += side)
        for (index_t r = top; r < smaller(top + side, rows_); ++r)
          for (index_t j = left; j < smaller(left + side, columns_); ++j) visit(r, j);
  }

  const rows_type& anchors_;
  const rows_type& candidates_;
  index_t first_row_, rows_, first_column_, columns_;
  scratch<T> own_;
  T* entries_;
};

/// Memory for the tiles that threads fill at the same time.
template <class T>
void reserve_tiles(workspace* memory, index_t times, index_t most_rows) {
  if (memory != nullptr) memory->reserve(times, tile<T>::entries(most_rows) * sizeof(T));
}

/// A tile of a problem; `kept`: where its entries lie, if not in memory of its own.
template <class Problem, class T = typename Problem::number>
tile<T> tile_of(const Problem& p, index_t block, index_t column_block, index_t most_rows, T* kept = nullptr) {
  return tile<T>(p.anchors, p.candidates, block, column_block, most_rows, p.memory, kept);
}

/// A subnormal weight is 0: a product with one takes a hundred times as long.
template <class U>
MIXCON_IN_LOOPS U without_subnormal(const U& weight) {
  if constexpr (sizeof(scalar_of<U>) > sizeof(double)) {
    return weight;  // refused elsewhere
  } else {
    using T = scalar_of<U>;
    constexpr T least = static_cast<T>(sizeof(T) == sizeof(float) ? 0x1p-126 : 0x1p-1022);
    const U size = mixcon::choose(weight < U(0), -weight, weight);
    return mixcon::choose(size < U(least), U(0), weight);
  }
}

/// What is computed once for all tiles of a problem.
template <class T>
struct prepared {
  panels<T> candidates;
  squared_lengths<T> anchor_squared, candidate_squared;  // where the similarity needs them
  /// Without `multiplies`, products come from elsewhere; distances may still have to be measured.
  template <class Problem>
  explicit prepared(const Problem& p, bool multiplies = true)
      : candidates(p.candidates, p.memory, multiplies || Problem::of_distance),
        anchor_squared(p.memory),
        candidate_squared(p.memory) {
    if constexpr (Problem::linear) return;
    anchor_squared.set_all(p.anchors);
    candidate_squared.set_all(p.candidates);
  }
};

/// Pairs among lane_count<U>() whose distance was measured from differences. Their slopes are given as 0.
template <class U>
struct near_pairs {
  using wide = mixcon::detail::wide_t<scalar_of<U>>;
  bool any = false;
  mask_of<U> apart;  // the others; not set without any, nor is
  wide distance[static_cast<unsigned>(lane_count<U>())];
};

/// Whether an answer is yes, on all lanes.
inline bool is_true(bool yes) { return yes; }
template <class T, int W>
inline bool is_true(const lane_mask<T, W>& yes) {
  return yes.all();
}

/// Measures anchor a and lane_count<U>() candidates from c on; mends the values and slopes that are not `apart`.
template <class For, class U, class Problem>
[[gnu::noinline]] void measure(const Problem& p, const prepared<typename Problem::number>& with, index_t a, index_t c,
                               const mask_of<U>& apart, U& value, similarity_slopes<U>& slopes, near_pairs<U>& nearby) {
  using T = typename Problem::number;
  constexpr index_t lanes = For::template width<T>;
  const index_t tile = c / tile_columns, column = c % tile_columns, first = column / lanes * lanes;
  const rows_of_vectors<T> panel = with.candidates[tile];
  mixcon::detail::wide_t<T> all[static_cast<std::size_t>(lanes)] = {};
  bool is_itself = &p.anchors == &p.candidates && p.anchors.finite();  // a row and itself: every row meets that
  for (int k = 0; k < lane_count<U>(); ++k)
    is_itself = is_itself && (mixcon::detail::answer_of(apart, k) || c + k == a);
  if (!is_itself)
    panel_distances<For>(p.anchors.width(), p.anchors.row(a), rows_of_vectors<T>{panel.data + first, panel.row}, all);
  for (int k = 0; k < lane_count<U>(); ++k) nearby.distance[k] = all[column - first + k];
  nearby.any = true, nearby.apart = apart;
  value = mixcon::choose(apart, value, mixcon::detail::each_lane<U>([&](int k) {
                           return static_cast<T>(p.similarity.of_distance(nearby.distance[k]));
                         }));
  slopes = {mixcon::choose(apart, slopes.other, U(0)), mixcon::choose(apart, slopes.own, U(0))};
}

/// The similarities and slopes of anchor a with lane_count<U>() candidates from c on, given their products.
template <class For, class U, class Problem>
[[gnu::always_inline]] inline U similarity_at(const Problem& p, const prepared<typename Problem::number>& with,
                                              index_t a, index_t c, const U& dot, similarity_slopes<U>& slopes,
                                              [[maybe_unused]] near_pairs<U>& nearby) {
  if constexpr (Problem::is_given) {
    slopes = {U(1), U(0)};
    return p.similarity.template at<U>(a, c);
  } else if constexpr (Problem::linear) {
    slopes = {U(1), U(0)};
    return dot;
  } else {
    const U aa(with.anchor_squared.of[static_cast<std::size_t>(a)]);
    const U cc = mixcon::detail::load_as<U>(with.candidate_squared.of.data() + c);
    slopes = p.similarity.slopes(dot, aa, cc);
    const U value = p.similarity.value(dot, aa, cc);
    if constexpr (Problem::of_distance) {
      const U least = U(with.anchor_squared.least[static_cast<std::size_t>(a)]) +
                      mixcon::detail::load_as<U>(with.candidate_squared.least.data() + c);
      const mask_of<U> apart = mixcon::detail::squared_distance(dot, aa, cc) > least;
      if (!is_true(apart)) [[unlikely]] {
        U mended = value;  // so that the common case keeps its registers
        similarity_slopes<U> mended_slopes = slopes;
        measure<For>(p, with, a, c, apart, mended, mended_slopes, nearby);
        slopes = mended_slopes;
        return mended;
      }
    }
    return value;
  }
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
