// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How blocks travel: candidates to the ranks before, one step ahead of the work; sums over ranks home behind them.

#include <mixcon/engine/call/packed_rows.hpp>
#include <mixcon/ranks/shards.hpp>

#include <optional>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// How a rank comes by the candidates of others.
enum class exchange_form {
  ring,      // block by block, in every pass: memory for two blocks of others
  gathered,  // once a call, and kept: memory for all candidates, no rows in the second pass
};

namespace detail {

/// The candidates of all ranks, which pass this rank in the order me, me + 1, ..., me - 1.
/// While a block is worked on, the next one is on its way.
template <class Board, class T>
class circling_rows {
 public:
  circling_rows(const Board& board, const shards& rows, const packed_rows<T>& own, exchange_form form,
                workspace* memory)
      : board_(board), rows_(rows), own_(own), form_(form), memory_(memory) {}
  circling_rows(const circling_rows&) = delete;
  circling_rows& operator=(const circling_rows&) = delete;

  /// Calls visit(step, rank, candidates) for the candidates of each rank; step 0 is this one's.
  template <class Visit>
  void each_block(Visit&& visit) {
    each_block(board_.size() - 1, visit);
  }
  /// The same up to step `last`.
  template <class Visit>
  void each_block(index_t last, Visit&& visit) {
    if (form_ == exchange_form::gathered) return each_kept(last, visit);
    packed_rows<T> coming[2];
    const packed_rows<T>* here = &own_;
    for (index_t step = 0; step <= last; ++step) {
      const index_t rank = (board_.me() + step) % board_.size();
      if (step == last) {
        visit(step, rank, *here);
      } else {
        packed_rows<T>& next = coming[step % 2];
        auto under_way = send_on(rank, *here, next);
        visit(step, rank, *here);
        under_way.wait();
        next.note_received();
        here = &next;
      }
    }
  }

 private:
  template <class Visit>
  void each_kept(index_t last, Visit&& visit) {
    kept_.reserve(static_cast<std::size_t>(board_.size()));  // so that blocks stay where they are
    for (auto step = static_cast<index_t>(kept_.size()); step < last; ++step) {
      const packed_rows<T>& here = step == 0 ? own_ : kept_.back();
      packed_rows<T>& next = kept_.emplace_back();
      send_on((board_.me() + step) % board_.size(), here, next).wait();
      next.note_received();
    }
    for (index_t step = 0; step <= last; ++step)
      visit(step, (board_.me() + step) % board_.size(), step == 0 ? own_ : kept_[static_cast<std::size_t>(step) - 1]);
  }
  /// Sends the block of `rank` to the rank before this one, and awaits that of the one after `rank`.
  auto send_on(index_t rank, const packed_rows<T>& here, packed_rows<T>& next) {
    const index_t coming = rows_.of((rank + 1) % board_.size()).candidates;
    next = packed_rows<T>();  // first lets go of what it has
    next = packed_rows<T>(coming, own_.width(), memory_);
    const index_t bytes = own_.pitch() * static_cast<index_t>(sizeof(T));
    return board_.ranks().start_exchange(board_.before(), here.row(0), static_cast<std::size_t>(here.count() * bytes),
                                         board_.behind(), next.to_receive(), static_cast<std::size_t>(coming * bytes));
  }

  const Board& board_;
  const shards& rows_;
  const packed_rows<T>& own_;
  exchange_form form_;
  workspace* memory_;
  std::vector<packed_rows<T>> kept_;  // in the order of steps, from step 1 on
};

/// Things for each row of a block (`each` of them) that ranks add to in turn, while the block circles: what rank me - 1
/// says of block me, and me - 2, ..., me - last. The last one sends it home; the rank's own part is added there.
template <class Board, class Item>
class homeward {
 public:
  /// Blocks come by up to step `last`.
  homeward(const Board& board, const shards& rows, index_t each, workspace* memory, index_t last)
      : board_(board), rows_(rows), each_(each), last_(last), memory_(memory), sent_(memory), coming_(memory) {}
  homeward(const homeward&) = delete;
  homeward& operator=(const homeward&) = delete;
  ~homeward() = default;

  /// Adds this rank's part for the block of step >= 1 to what came, by merge(item, part), and sends it on.
  template <class Part, class Merge>
  void add(index_t step, const Part& part, Merge&& merge) {
    if (step == 1) {
      sent_ = scratch<Item>::unset(memory_, part.size());
      if (part.size() > 0) std::memcpy(static_cast<void*>(sent_.data()), part.data(), part.size() * sizeof(Item));
    } else {
      wait();
      (std::swap)(sent_, coming_);
      for (std::size_t k = 0; k < sent_.size(); ++k) merge(sent_[k], part[k]);
    }
    const index_t me = board_.me(), size = board_.size();
    const bool is_last = step == last_;  // then to the block's own rank
    const index_t to = is_last ? (me + step) % size : board_.before(),
                  from = is_last ? (me + size - step) % size : board_.behind();
    const index_t next = is_last ? rows_.mine().candidates : rows_.of((me + step + 1) % size).candidates;
    coming_.assign(static_cast<std::size_t>(next * each_), Item{});
    under_way_.emplace(board_.ranks().start_exchange(to, sent_.data(), sent_.size() * sizeof(Item), from,
                                                     coming_.data(), coming_.size() * sizeof(Item)));
  }
  /// What others say of this rank's own block: after the last step. Empty where there are no others.
  const scratch<Item>& home() {
    wait();
    return coming_;
  }

 private:
  using pending = std::remove_cvref_t<decltype(std::declval<const Board&>().ranks().start_exchange(
      index_t{}, nullptr, std::size_t{}, index_t{}, nullptr, std::size_t{}))>;
  void wait() {
    if (!under_way_) return;
    under_way_->wait();
    under_way_.reset();
  }
  const Board& board_;
  const shards& rows_;
  index_t each_, last_;
  workspace* memory_;
  scratch<Item> sent_, coming_;
  std::optional<pending> under_way_;
};

/// Lists with an entry for each candidate, which follow the circling rows: those of each block at its step.
template <class Board, class Item>
class following {
 public:
  following(const Board& board, const shards& rows, index_t each, const Item* own, workspace* memory)
      : board_(board), rows_(rows), each_(each), here_(memory), next_(memory) {
    const index_t count = rows.mine().candidates * each;
    here_ = scratch<Item>::unset(memory, static_cast<std::size_t>(count));
    if (count > 0) std::memcpy(static_cast<void*>(here_.data()), own, here_.size() * sizeof(Item));
  }
  following(const following&) = delete;
  following& operator=(const following&) = delete;
  ~following() = default;

  /// The list of the block of this step; asked once for each step, in their order.
  const Item* at(index_t step) {
    if (step == 0) return here_.data();
    const index_t coming = rows_.of((board_.me() + step) % board_.size()).candidates * each_;
    next_ = scratch<Item>::unset(nullptr, static_cast<std::size_t>(coming));
    board_.ranks()
        .start_exchange(board_.before(), here_.data(), here_.size() * sizeof(Item), board_.behind(), next_.data(),
                        next_.size() * sizeof(Item))
        .wait();
    (std::swap)(here_, next_);
    return here_.data();
  }

 private:
  const Board& board_;
  const shards& rows_;
  index_t each_;
  scratch<Item> here_, next_;
};

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
