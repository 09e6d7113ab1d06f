// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Finds the pairs of a tile whose distance products cannot tell, and measures them from differences.

#include <mixcon/engine/call/packed_rows.hpp>
#include <mixcon/engine/call/pair_distance.hpp>
#include <mixcon/engine/tiled/tile_product.hpp>

#include <limits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

// |a|^2 + |c|^2 - 2 <a, c> is as good as its parts unless it is much smaller than they are, or they are beyond the
// range of T. Tiles ask that of all their pairs, which costs an addition and a comparison a vector, and measure from
// differences what fails.

/// Of every row: its squared length, and its part of the least squared distance that may come from products.
template <class T>
struct squared_lengths {
  scratch<T> of, least;

  explicit squared_lengths(workspace* memory = nullptr) : of(memory), least(memory) {}
  void resize(index_t count) {
    of.resize(static_cast<std::size_t>(count));
    least.resize(static_cast<std::size_t>(count));
  }
  void set(index_t i, const mixcon::detail::packed_rows<T>& rows, index_t row) {
    using wide = mixcon::detail::wide_t<T>;
    const T* const x = rows.row(row);
    const auto squared = static_cast<T>(mixcon::detail::sum_by_eight<wide>(
        rows.width(), [x](index_t k) { return static_cast<wide>(x[k]) * static_cast<wide>(x[k]); }));
    constexpr T low = mixcon::detail::least_square<T>, high = mixcon::detail::largest_square<T>;
    of[static_cast<std::size_t>(i)] = squared;
    least[static_cast<std::size_t>(i)] =
        squared < high ? (squared / 8 < low ? low : squared / 8) : std::numeric_limits<T>::infinity();
  }
  void set_all(const mixcon::detail::packed_rows<T>& rows) {
    resize(rows.count());
    for_set_in_use([&](auto set_in_use) {
      run_for<decltype(set_in_use)>([&] {
        for (index_t i = 0; i < rows.count(); ++i) set(i, rows, i);
      });
    });
  }
};

/// to[j]: the distance of row a from column j of a panel, for one vector of columns. In double for float, and features
/// in one order: the same bits for a pair wherever it stands, and in both directions.
template <class For, class T>
[[gnu::noinline]] void panel_distances(index_t width, const T* a, rows_of_vectors<T> panel,
                                       mixcon::detail::wide_t<T>* to) {
  using wide = mixcon::detail::wide_t<T>;
  using sums = typename For::template vector<wide>;
  constexpr index_t columns = For::template width<T>;
  constexpr int at_once = lane_count<sums>();
  constexpr unsigned parts = static_cast<unsigned>(columns / at_once);
  sums even[parts], odd[parts];
  run_for<For>([&] {
    const auto add = [&](index_t k, sums* into) {
      const sums own(static_cast<wide>(a[k]));
      MIXCON_UNROLL
      for (unsigned part = 0; part < parts; ++part) {
        typename lanes<T, at_once>::vector column;
        __builtin_memcpy(&column, panel.data + k * panel.row + part * at_once, sizeof column);
        const sums apart = own - sums(__builtin_convertvector(column, typename sums::vector));
        into[part] += apart * apart;
      }
    };
    index_t k = 0;
    for (; k + 2 <= width; k += 2) add(k, even), add(k + 1, odd);
    if (k < width) add(k, even);
  });
  for (int j = 0; j < columns; ++j) {
    const auto part = static_cast<unsigned>(j / at_once);
    const wide squared = even[part][j % at_once] + odd[part][j % at_once];
    const bool has_room = sizeof(T) < sizeof(wide) || (squared > mixcon::detail::least_square<wide> &&
                                                       squared < mixcon::detail::largest_square<wide>);
    to[j] = has_room ? mixcon::sqrt_of(squared) : mixcon::detail::length_of<T>(width, [&](index_t n) {
      return static_cast<wide>(a[n]) - static_cast<wide>(panel.data[n * panel.row + j]);
    });
  }
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
