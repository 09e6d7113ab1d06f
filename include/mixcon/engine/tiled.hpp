// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/doors.hpp>

#include <mixcon/core/thread_pool.hpp>
#include <mixcon/engine/tiled/given_rows.hpp>
#include <mixcon/engine/tiled/tile_gather.hpp>
#include <mixcon/engine/tiled/tile_scatter.hpp>
#include <mixcon/engine/tiled/tournament.hpp>
#include <mixcon/engine/value_and_grad.hpp>  // the calls that an engine is for

#include <optional>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {

/// The fast CPU engine: tiles of anchors x candidates, vector lanes across the candidates, any number of threads. Never
/// stores N x M numbers; extra memory is the packed rows, O(N) statistics and a tile a thread. In float or double.
/// Results are the same bits for any number of threads: a tile's place in the order of sums depends on the shapes
/// alone. Where anchors are the candidates, each product is formed once for both orders of a pair.
struct tiled {
  int threads = 0;              // 0: the shared pool (MIXCON_NUM_THREADS, or one thread a core); 1: the calling thread
  thread_pool* pool = nullptr;  // the caller's own pool instead
  static constexpr bool sets_entries = true;  // `scatter` heeds packed_gradients::is_unset

  template <class Problem>
  void gather(const Problem& p, std::vector<detail::row_state<Problem, typename Problem::number>>& states) const {
    using T = typename Problem::number;  // asserted here, where the compiler's words stay short
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                  "mixcon: tiled{} computes in float or double; use serial{} for long double rows");
    team threads_of_call(*this);
    if constexpr (Problem::is_given)
      if (p.similarity.side_by_side()) {
        const tiles::given_gather<Problem> gather(p);
        return visit_rows<T>(threads_of_call, p, [&](auto lanes, index_t first, index_t last) {
          gather.template rows<decltype(lanes)>(first, last, states);
        });
      }
    const tiles::prepared<Problem> with(p);
    const index_t columns = tiles::blocks_of(p.candidates.count(), tiles::tile_columns);
    if constexpr (Problem::may_mirror)
      if (p.mirrors && columns > 1) {
        tiles::triangle_gather<Problem> gather(p, with);
        play(threads_of_call, columns, [&](index_t block, index_t other) { gather.observe(block, other); });
        return threads_of_call.run(columns, [&](index_t block) { gather.finish(block, states); });
      }
    threads_of_call.run(tiles::blocks_of(p.anchors.count(), tiles::tile_rows), [&](index_t block) {
      tiles::block_gather<Problem> gather(p, with, block);
      for (index_t column = 0; column < columns; ++column) gather.observe(column);
      gather.finish(states);
    });
  }

  template <class Problem, class Saved>
  void scatter(const Problem& p, const Saved& saved, detail::packed_gradients<typename Problem::number>& to) const {
    using T = typename Problem::number;
    check<T>();
    team threads_of_call(*this);
    if constexpr (Problem::is_given)
      if (p.similarity.side_by_side() && !to.candidate_bias) {
        const tiles::given_scatter<Problem, Saved> scatter(p, saved, to);
        return visit_rows<T>(threads_of_call, p, [&](auto lanes, index_t first, index_t last) {
          scatter.template rows<decltype(lanes)>(first, last);
        });
      }
    for (index_t a = 0; a < p.anchors.count(); ++a) to.clear_row(a);
    const tiles::prepared<Problem> with(p);
    const index_t rows = tiles::blocks_of(p.anchors.count(), tiles::tile_rows);
    const index_t columns = tiles::blocks_of(p.candidates.count(), tiles::tile_columns);
    tiles::tile_scatter<Problem, Saved> scatter(p, with, saved, to);
    if constexpr (Problem::may_mirror && Problem::linear)
      if (p.mirrors && columns > 1 && to.one_output && !to.per_pair() && !to.candidate_bias && p.anchors.finite())
        return play(threads_of_call, columns, [&](index_t block, index_t other) { scatter.add_both(block, other); });
    cross(threads_of_call, rows, columns, [&](index_t block, index_t other) { scatter.add(block, other); });
    scatter.finish();
    if (p.own_count > 0) threads_of_call.run(rows, [&](index_t block) { scatter.add_own(block); });
  }

  /// `gather` of a problem and of the same one seen from its candidates: each product is formed once for both.
  template <class Rows, class Columns>
  void gather_both(const Rows& p, const Columns& transposed,
                   std::vector<detail::row_state<Rows, typename Rows::number>>& by_row,
                   std::vector<detail::row_state<Columns, typename Columns::number>>& by_column) const {
    check<typename Rows::number>();
    team threads_of_call(*this);
    const tiles::prepared<Rows> with(p);
    const tiles::prepared<Columns> with_transposed(transposed);
    tiles::both_gather<Rows, Columns> gather(p, with, transposed, with_transposed);
    cross(threads_of_call, tiles::blocks_of(p.anchors.count(), tiles::tile_columns),
          tiles::blocks_of(p.candidates.count(), tiles::tile_columns),
          [&](index_t block, index_t other) { gather.observe(block, other); });
    gather.finish(by_row, by_column);
  }

  /// `scatter` of both: the weights of a pair in both directions are added before they are multiplied, and their
  /// products go to `to_rows`.
  template <class Rows, class SavedRows, class Columns, class SavedColumns, class T = typename Rows::number>
  void scatter_both(const Rows& p, const SavedRows& saved_rows, const Columns& transposed,
                    const SavedColumns& saved_columns, detail::packed_gradients<T>& to_rows,
                    detail::packed_gradients<T>& to_columns) const {
    if (!p.anchors.finite() || !p.candidates.finite()) {
      scatter(p, saved_rows, to_rows);
      return scatter(transposed, saved_columns, to_columns);
    }
    check<T>();
    team threads_of_call(*this);
    const tiles::prepared<Rows> with(p);
    const tiles::prepared<Columns> with_transposed(transposed);
    tiles::tile_scatter<Rows, SavedRows> by_row(p, with, saved_rows, to_rows);
    tiles::tile_scatter<Columns, SavedColumns> by_column(transposed, with_transposed, saved_columns, to_columns);
    cross(threads_of_call, tiles::blocks_of(p.anchors.count(), tiles::tile_columns),
          tiles::blocks_of(p.candidates.count(), tiles::tile_columns), [&](index_t block, index_t other) {
            tiles::tile<Rows> weights(p, block, other, tiles::tile_columns);
            tiles::tile<Columns> mirrored(transposed, other, block, tiles::tile_columns);
            weights.multiply(with.candidates);
            mirrored.take_transposed(weights);
            by_row.weigh(weights);
            by_column.weigh(mirrored);
            weights.add_transposed(mirrored);
            by_row.add_products(weights);
          });
    by_row.finish();
    by_column.finish();
  }

  /// How many threads work at once.
  index_t workers() const {
    return pool != nullptr ? pool->threads() : threads == 0 ? thread_pool::shared().threads() : threads;
  }
  /// Calls row(i, how) for every i in [0, number), each once, by all threads.
  template <class Row>
  void rows(index_t number, Row&& row) const {
    team(*this).run(number, [&](index_t i) { row(i, on_lanes{}); });
  }

 private:
  struct on_lanes {
    template <class T>
    using vector = native_lanes<T>;
    /// to (rows, columns) += a (rows, depth) b (depth, columns), on tiles.
    template <class T>
    static void add_product(index_t rows, index_t columns, index_t depth, const T* a, index_t a_row, index_t a_step,
                            const T* b, index_t b_row, T* to, index_t to_row) {
      tiles::tile_product<true>(rows, columns, depth, tiles::strided<T>{a, a_row, a_step},
                                tiles::rows_of_vectors<T>{b, b_row}, to, to_row);
    }
  };
  /// The threads of one call.
  class team {
   public:
    explicit team(const tiled& executor) {
      if (executor.pool != nullptr)
        pool_ = executor.pool;
      else if (executor.threads == 0)
        pool_ = &thread_pool::shared();
      else if (executor.threads != 1)
        pool_ = &own_.emplace(executor.threads);
    }
    template <class Task>
    void run(index_t tasks, Task&& task) {
      if (pool_ != nullptr) return pool_->parallel_for(tasks, task);
      for (index_t i = 0; i < tasks; ++i) task(i);
    }

   private:
    std::optional<thread_pool> own_;
    thread_pool* pool_ = nullptr;
  };
  /// Calls visit(V(), first, last) for blocks of anchors, V being the lanes that a row of candidates fills.
  template <class T, class Problem, class Visit>
  static void visit_rows(team& threads, const Problem& p, Visit&& visit) {
    const index_t number = p.anchors.count(), columns = p.candidates.count();
    const index_t at_once = tiles::rows_of_task(columns);
    tiles::with_lanes_for<T>(columns, [&](auto lanes) {
      threads.run(tiles::blocks_of(number, at_once), [&](index_t block) {
        const index_t first = block * at_once, last = first + at_once;
        visit(lanes, first, last < number ? last : number);
      });
    });
  }
  /// Calls task(i, j) for all pairs of blocks i <= j; at the same time only for pairs that share none.
  template <class Task>
  static void play(team& threads, index_t blocks, Task&& task) {
    const detail::tournament all{blocks};
    for (index_t round = 0; round < all.rounds(); ++round)
      threads.run(all.meetings(round), [&](index_t which) {
        const detail::tournament::pair met = all.meeting(round, which);
        if (met.second < blocks) task(met.first, met.second);
      });
  }
  /// Calls task(i, j) for all pairs of a row of blocks and a column of blocks. Each round pairs every row with another
  /// column: no two tasks of it share one, and the order in which a row is visited is that of the rounds.
  template <class Task>
  static void cross(team& threads, index_t rows, index_t columns, Task&& task) {
    const index_t rounds = rows > columns ? rows : columns, tasks = rows > columns ? columns : rows;
    for (index_t round = 0; round < rounds; ++round)
      threads.run(tasks, [&](index_t which) {
        const index_t other = (which + round) % rounds;
        task(rows > columns ? other : which, rows > columns ? which : other);
      });
  }
  template <class T>
  static constexpr void(check)() {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                  "mixcon: tiled{} computes in float or double; use serial{} for long double rows");
  }
};

}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
