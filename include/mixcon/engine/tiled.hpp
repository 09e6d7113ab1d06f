// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/thread_pool.hpp>
#include <mixcon/engine/tile_gather.hpp>
#include <mixcon/engine/tile_scatter.hpp>
#include <mixcon/engine/tournament.hpp>

#include <optional>

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {

/// The fast CPU engine: tiles of anchors x candidates, vector lanes across the candidates, any number of threads. Never
/// stores N x M numbers; extra memory is the packed rows, O(N) statistics and a tile a thread. In float or double.
/// Results are the same bits for any number of threads: a tile's place in the order of sums depends on the shapes
/// alone. Where anchors are the candidates, each product is formed once for both orders of a pair.
struct tiled {
  int threads = 0;              // 0: the shared pool (MIXCON_NUM_THREADS, or one thread a core); 1: the calling thread
  thread_pool* pool = nullptr;  // the caller's own pool instead

  template <class Problem>
  void gather(const Problem& p, std::vector<detail::row_state<Problem, typename Problem::number>>& states) const {
    check<typename Problem::number>();
    team threads_of_call(*this);
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
    check<typename Problem::number>();
    team threads_of_call(*this);
    const tiles::prepared<Problem> with(p);
    const index_t rows = tiles::blocks_of(p.anchors.count(), tiles::tile_rows);
    const index_t columns = tiles::blocks_of(p.candidates.count(), tiles::tile_columns);
    tiles::tile_scatter<Problem, Saved> scatter(p, with, saved, to);
    if constexpr (Problem::may_mirror && Problem::linear)
      if (p.mirrors && columns > 1 && to.one_output && !to.per_pair() && !to.candidate_bias && p.anchors.finite())
        return play(threads_of_call, columns, [&](index_t block, index_t other) { scatter.add_both(block, other); });
    // Each round pairs every block of anchors with another block of candidates: no two tasks touch the same row, and
    // the order in which a row is added to is that of the rounds.
    const index_t rounds = rows > columns ? rows : columns, tasks = rows > columns ? columns : rows;
    for (index_t round = 0; round < rounds; ++round)
      threads_of_call.run(tasks, [&](index_t task) {
        const index_t other = (task + round) % rounds;
        scatter.add(rows > columns ? other : task, rows > columns ? task : other);
      });
    scatter.finish();
    if (p.own_count > 0) threads_of_call.run(rows, [&](index_t block) { scatter.add_own(block); });
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
  template <class T>
  static constexpr void check() {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>,
                  "mixcon: tiled{} computes in float or double; use serial{} for long double rows");
  }
};

}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon
