// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The threads of one call of the tiled engine, and the orders in which they visit blocks.

#include <mixcon/core/pool_ref.hpp>
#include <mixcon/core/thread_pool.hpp>
#include <mixcon/engine/tiled/tournament.hpp>

#include <optional>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// A task to be called while it lives.
template <class... Number>
class task_ref {
 public:
  template <class Task>
  task_ref(Task&& task)  // NOLINT(google-explicit-constructor, bugprone-forwarding-reference-overload)
      : task_(const_cast<void*>(static_cast<const void*>(&task))),
        call_([](void* of, Number... number) { (*static_cast<std::remove_reference_t<Task>*>(of))(number...); }) {}
  void operator()(Number... number) const { call_(task_, number...); }

 private:
  void* task_;
  void (*call_)(void*, Number...);
};

class team {
 public:
  using task = task_ref<index_t>;
  using pair_task = task_ref<index_t, index_t>;

  /// `threads` as in `tiled`; `pool` instead where there is one.
  [[gnu::noinline]] team(int threads, const pool_ref& pool) : pool_(pool) {
    if (pool_ || threads == 1) return;
    pool_ = threads == 0 ? &thread_pool::shared() : &own_.emplace(threads);
  }
  index_t size() const { return pool_ ? pool_.threads() : 1; }

  [[gnu::noinline]] void run(index_t tasks, const task& call) {
    if (pool_) return pool_.parallel_for(tasks, call);
    for (index_t i = 0; i < tasks; ++i) call(i);
  }
  /// Calls call(i, j) for all pairs of blocks i <= j; at the same time only for pairs that share none.
  [[gnu::noinline]] void play(index_t blocks, const pair_task& call) {
    const tournament all{blocks};
    for (index_t round = 0; round < all.rounds(); ++round)
      run(all.meetings(round), [&](index_t which) {
        const tournament::pair met = all.meeting(round, which);
        if (met.second < blocks) call(met.first, met.second);
      });
  }
  /// Calls call(i, j) for all pairs of a row of blocks and a column of blocks. Each round pairs every row with another
  /// column: no two tasks of it share one, and the order in which a row is visited is that of the rounds.
  [[gnu::noinline]] void cross(index_t rows, index_t columns, const pair_task& call) {
    const index_t rounds = rows > columns ? rows : columns, tasks = rows > columns ? columns : rows;
    for (index_t round = 0; round < rounds; ++round)
      run(tasks, [&](index_t which) {
        const index_t other = (which + round) % rounds;
        call(rows > columns ? other : which, rows > columns ? which : other);
      });
  }

 private:
  std::optional<thread_pool> own_;
  pool_ref pool_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
