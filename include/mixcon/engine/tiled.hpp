// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The fast executor: which sweep serves which problem.

#include <mixcon/contrast/doors.hpp>

#include <mixcon/engine/tiled/extreme_scatter.hpp>
#include <mixcon/engine/tiled/given_rows.hpp>
#include <mixcon/engine/tiled/given_softmax.hpp>
#include <mixcon/engine/tiled/moments/gather.hpp>
#include <mixcon/engine/tiled/moments/scatter.hpp>
#include <mixcon/engine/tiled/pair_scatter.hpp>
#include <mixcon/engine/tiled/square_softmax.hpp>
#include <mixcon/engine/tiled/tile_scatter.hpp>
#include <mixcon/engine/value_and_grad.hpp>  // the calls that an engine is for

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {

/// The fast CPU engine: tiles of anchors x candidates, vector lanes across the candidates, any number of threads.
/// Stores N x M numbers only where they are few (`keeps`); extra memory is the packed rows, O(N) statistics and a tile
/// per thread. In float or double. Results are the same bits for any number of threads: a tile's place in the order of
/// sums depends on the shapes alone. Where anchors are the candidates, each product is formed once for both orders of a
/// pair.
struct tiled {
  int threads = 0;  // 0: the shared pool (MIXCON_NUM_THREADS, or one thread a core); 1: the calling thread
  pool_ref pool{};  // the caller's own pool instead, of any type (core/pool_ref.hpp)
  index_t keeps = index_t{1} << 25;  // bytes: products that value_and_grad may keep for the gradients, which saves time

  static constexpr bool multiplies_fast = true;  // rows' tasks have `add_product`

  template <class Problem>
  void gather(const Problem& p, typename Problem::row_states& states) const {
    check<typename Problem::number>();
    detail::team team(threads, pool);
    if constexpr (moments::fits_moments<Problem>)
      if (moments::is_described(p.rule) && tiles::gather_by_moments(team, p, states, keeps)) return;
    for_set_in_use([&](auto set) {
      using set_in_use = decltype(set);
      if constexpr (tiles::is_visited_once<Problem>) {
        tiles::gather_by_pairs<set_in_use>(team, p, states, tiles::is_weighed_by_pairs<Problem> ? keeps : 0);
      } else {
        if constexpr (Problem::is_given)
          if (has_given_rows(p)) return tiles::gather_by_given_rows<set_in_use>(team, p, states);
        if constexpr (Problem::may_mirror)
          if (has_triangle(p)) return tiles::gather_by_triangle<set_in_use>(team, p, states);
        tiles::gather_by_tiles<set_in_use>(team, p, states);
      }
    });
  }

  template <class Problem, class Saved>
  void scatter(const Problem& p, const Saved& saved, detail::packed_gradients<typename Problem::number>& to) const {
    check<typename Problem::number>();
    if constexpr (tiles::is_of_extremes<Problem>)
      if (tiles::scatter_extremes(p, saved, to)) return;
    detail::team team(threads, pool);
    const bool in_one_place = Problem::may_mirror && p.mirrors && adds_in_one_place(p, to);
    if (!in_one_place) to.separate(p.memory);
    if constexpr (tiles::weighs_by_moments<Problem>)
      if (moments::is_described(p.rule)) {
        tiles::moment_scatter<Problem> by_moments(team, p, to);
        if (by_moments.fits()) return in_one_place ? by_moments.by_triangle(saved) : by_moments.by_tiles(saved);
      }
    const bool in_triangle = in_one_place && has_triangle(p);
    if (!in_triangle) to.separate(p.memory);
    for_set_in_use([&](auto set) {
      using set_in_use = decltype(set);
      if constexpr (Problem::is_given)
        if (has_given_rows(p) && !to.candidate_bias)
          return tiles::scatter_by_given_rows<set_in_use>(team, p, saved, to);
      for (index_t a = 0; a < p.anchors.count(); ++a) to.clear_row(a);
      if constexpr (tiles::is_weighed_by_pairs<Problem>)
        if (!in_triangle && tiles::scatter_by_pairs<set_in_use>(team, p, saved, to)) return;
      if constexpr (Problem::may_mirror && Problem::linear)
        if (in_triangle) return tiles::scatter_by_triangle<set_in_use>(team, p, saved, to);
      tiles::scatter_by_tiles<set_in_use>(team, p, saved, to);
    });
  }

  /// `gather` of a problem and of the same one seen from its candidates: each product is formed once for both.
  template <class Rows, class Columns>
  void gather_both(const Rows& p, const Columns& transposed, typename Rows::row_states& by_row,
                   typename Columns::row_states& by_column) const {
    check<typename Rows::number>();
    detail::team team(threads, pool);
    if constexpr (moments::fits_moments<Rows> && moments::fits_moments<Columns>)
      if (moments::is_described(p.rule) && moments::is_described(transposed.rule))
        if (tiles::gather_both_by_moments(team, p, transposed, by_row, by_column, keeps)) return;
    for_set_in_use(
        [&](auto set) { tiles::gather_both_directions<decltype(set)>(team, p, transposed, by_row, by_column); });
  }

  /// `scatter` of both.
  template <class Rows, class SavedRows, class Columns, class SavedColumns, class T = typename Rows::number>
  void scatter_both(const Rows& p, const SavedRows& saved_rows, const Columns& transposed,
                    const SavedColumns& saved_columns, detail::packed_gradients<T>& to_rows,
                    detail::packed_gradients<T>& to_columns) const {
    if (!p.anchors.finite() || !p.candidates.finite()) {
      scatter(p, saved_rows, to_rows);
      return scatter(transposed, saved_columns, to_columns);
    }
    check<T>();
    detail::team team(threads, pool);
    if constexpr (tiles::weighs_by_moments<Rows> && tiles::weighs_by_moments<Columns>)
      if (moments::is_described(p.rule) && moments::is_described(transposed.rule)) {
        tiles::moment_scatter<Rows> by_moments(team, p, to_rows);
        if (by_moments.fits() && !to_columns.wants_bias)
          return by_moments.both_directions(saved_rows, transposed, saved_columns);
      }
    for_set_in_use([&](auto set) {
      tiles::scatter_both_directions<decltype(set)>(team, p, saved_rows, transposed, saved_columns, to_rows,
                                                    to_columns);
    });
  }

  /// Sets the values and slopes of rows of a softmax over classes; false where some are not finite: then nothing of it
  /// counts.
  template <class T>
  bool set_softmax(const detail::softmax_rows<T>& given) const {
    detail::team team(threads, pool);
    bool is_set = false;
    for_set_in_use([&](auto set) { is_set = tiles::set_softmax_rows<decltype(set)>(team, given); });
    return is_set;
  }

  /// Sets the value and slopes of a softmax over rows and columns; false where one shift does not do, or logits are not
  /// finite: then nothing of it counts.
  template <class T>
  bool set_square_softmax(detail::square_softmax<T>& given) const {
    detail::team team(threads, pool);
    bool is_set = false;
    for_set_in_use([&](auto set) { is_set = tiles::square_softmax_passes<decltype(set), T>(team, given).run(); });
    return is_set;
  }

  /// How many threads work at once.
  index_t workers() const { return pool ? pool.threads() : threads == 0 ? thread_pool::shared().threads() : threads; }
  /// Calls row(i, how) for every i in [0, number), each once, by all threads.
  template <class Row>
  void rows(index_t number, Row&& row) const {
    detail::team(threads, pool).run(number, [&](index_t i) { row(i, on_lanes{}); });
  }

 private:
  struct on_lanes {
    template <class T>
    using vector = native_lanes<T>;
    /// to (rows, columns) += a (rows, depth) b (depth, columns), on tiles.
    template <class T>
    static void add_product(index_t rows, index_t columns, index_t depth, const T* a, index_t a_row, index_t a_step,
                            const T* b, index_t b_row, T* to, index_t to_row) {
      tiles::tile_product(true, rows, columns, depth, tiles::strided<T>{a, a_row, a_step},
                          tiles::rows_of_vectors<T>{b, b_row}, to, to_row);
    }
  };

  /// Logits that are given, a row next to each other, need no tiles.
  template <class Problem>
  static bool has_given_rows(const Problem& p) {
    return p.similarity.side_by_side();
  }
  /// Anchors are the candidates, and there is more than one tile.
  template <class Problem>
  static bool has_triangle(const Problem& p) {
    return Problem::may_mirror && p.mirrors && p.candidates.count() > tiles::tile_columns;
  }
  /// The gradients by rows of both orders of a pair go to one place, and nothing is wanted of a pair or a candidate.
  template <class Problem, class T>
  static bool adds_in_one_place(const Problem& p, const detail::packed_gradients<T>& to) {
    return Problem::linear && to.one_output && !to.per_pair() && !to.candidate_bias && p.anchors.finite();
  }
  template <class T>
  static constexpr void(check)() {  // here, where the compiler's words stay short
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                  "mixcon: tiled{} computes in float or double; use serial{} for long double rows");
  }
};

}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
