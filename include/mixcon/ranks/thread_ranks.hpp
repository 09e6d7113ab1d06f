// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Threads of one process as ranks: the communicator for tests, for sanitizers, and for trying a program out.

#include <mixcon/core/communicator.hpp>
#include <mixcon/core/system_threads.hpp>

#include <exception>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Threads of one process as ranks. Each has rows of its own, and learns of the others by messages alone:
///
///   thread_ranks{4}.run([&](const thread_rank& me) {
///     value_and_grad(ranks{me, tiled{1}}, criterion, targets_of_rank[me.rank()], rows_of_rank[me.rank()], ...);
///   });
///
/// Bytes are copied once, from the sender's memory to the receiver's.
class thread_ranks {
 public:
  /// Refuses less than one rank.
  explicit thread_ranks(index_t size) : size_(size) {
    MIXCON_REQUIRE(size >= 1, "thread_ranks: ", size, " ranks; expected at least 1");
    counts_.resize(static_cast<std::size_t>(2 * size * size));
    gathered_.resize(static_cast<std::size_t>(size));
  }
  thread_ranks(const thread_ranks&) = delete;
  thread_ranks& operator=(const thread_ranks&) = delete;

  index_t size() const { return size_; }

  /// One rank's handle. All ranks must outlive their exchanges.
  class communicator {
   public:
    /// Two messages under way.
    class pending {
     public:
      pending(thread_ranks& all, index_t me, index_t to, index_t from, void* received, std::size_t bytes, index_t sent,
              index_t awaited)
          : all_(&all),
            me_(me),
            to_(to),
            from_(from),
            received_(received),
            bytes_(bytes),
            sent_(sent),
            awaited_(awaited) {}
      pending(pending&& other) noexcept : pending(other) { other.all_ = nullptr; }
      pending& operator=(const pending&) = delete;
      /// An exchange that nobody waited for is taken back: its memory may end.
      ~pending() {
        if (all_ != nullptr) all_->take_back(me_, to_, sent_);
      }
      /// Returns when what was sent is taken and what was awaited has come.
      void wait() {
        if (all_ == nullptr) return;
        all_->take(from_, me_, awaited_, received_, bytes_);
        all_->await_taken(me_, to_, sent_);
        all_ = nullptr;
      }

     private:
      pending(const pending&) = default;
      thread_ranks* all_;
      index_t me_, to_, from_;
      void* received_;
      std::size_t bytes_;
      index_t sent_, awaited_;  // numbers of the two messages between their ranks
    };

    index_t rank() const { return me_; }
    index_t size() const { return all_->size_; }
    pending start_exchange(index_t to, const void* sent, std::size_t sent_bytes, index_t from, void* received,
                           std::size_t received_bytes) const {
      const index_t number = all_->post(me_, to, sent, sent_bytes);
      return pending(*all_, me_, to, from, received, received_bytes, number, all_->next_awaited(from, me_));
    }
    void all_gather(const void* mine, std::size_t bytes, void* all) const { all_->gather(me_, mine, bytes, all); }
    void leave(const char* why) const { all_->leave(me_, why); }

   private:
    friend class thread_ranks;
    communicator(thread_ranks& all, index_t me) : all_(&all), me_(me) {}
    thread_ranks* all_;
    index_t me_;
  };
  communicator operator[](index_t rank) {
    MIXCON_REQUIRE(rank >= 0 && rank < size_, "thread_ranks: rank ", rank, " of ", size_, "; expected one of [0, ",
                   size_, ")");
    return {*this, rank};
  }

  /// Calls work(communicator) on a thread a rank, and waits for all. Throws what a rank threw: the lowest one whose
  /// exception is not that another left. A rank that returns or throws ends those that wait for it.
  template <class Work>
  void run(Work&& work) {
    using function = std::remove_reference_t<Work>;
    std::vector<task<function>> tasks;
    for (index_t r = 0; r < size_; ++r) tasks.push_back({this, &work, r, {}, false});
    std::vector<detail::system_thread> threads;
    threads.reserve(tasks.size());
    for (auto& each : tasks) threads.emplace_back(&task<function>::run, static_cast<void*>(&each));
    for (auto& each : threads) each.join();
#if defined(__cpp_exceptions)
    for (const bool is_echo : {false, true})
      for (const auto& each : tasks)
        if (each.thrown && each.is_echo == is_echo) std::rethrow_exception(each.thrown);
#endif
  }

 private:
  struct message {
    index_t from, to, number;
    const void* data;
    std::size_t bytes;
  };
  template <class Work>
  struct task {
    thread_ranks* all;
    Work* work;
    index_t rank;
    std::exception_ptr thrown;
    bool is_echo;  // it was told that another left

    static void* run(void* with) {
      auto& self = *static_cast<task*>(with);
      const communicator me = (*self.all)[self.rank];
#if defined(__cpp_exceptions)
      try {
        (*self.work)(me);
        self.all->end(self.rank);
      } catch (const rank_failure& failed) {
        self.thrown = std::current_exception(), self.is_echo = true;
        me.leave(failed.what());
      } catch (const std::exception& ended) {
        self.thrown = std::current_exception();
        me.leave(ended.what());
      } catch (...) {
        self.thrown = std::current_exception();
        me.leave("an exception of another type");
      }
#else
      (*self.work)(me);
      self.all->end(self.rank);
#endif
      return nullptr;
    }
  };

  index_t& posted(index_t from, index_t to) { return counts_[static_cast<std::size_t>(2 * (from * size_ + to))]; }
  index_t& awaited(index_t from, index_t to) { return counts_[static_cast<std::size_t>(2 * (from * size_ + to) + 1)]; }

  index_t post(index_t from, index_t to, const void* data, std::size_t bytes) {
    const detail::holding held(mutex_);
    const index_t number = posted(from, to)++;
    under_way_.push_back({from, to, number, data, bytes});
    changed_.notify_all();
    return number;
  }
  index_t next_awaited(index_t from, index_t to) {
    const detail::holding held(mutex_);
    return awaited(from, to)++;
  }
  message* find(index_t from, index_t to, index_t number) {
    for (message& each : under_way_)
      if (each.from == from && each.to == to && each.number == number) return &each;
    return nullptr;
  }
  void remove(const message* which) {
    under_way_[static_cast<std::size_t>(which - under_way_.data())] = under_way_.back();
    under_way_.pop_back();
  }
  void take(index_t from, index_t to, index_t number, void* received, std::size_t bytes) {
    std::string why;
    {
      const detail::holding held(mutex_);
      message* found = nullptr;
      while ((found = find(from, to, number)) == nullptr && why_.empty() && !has_ended(from)) changed_.wait(mutex_);
      if (found != nullptr && found->bytes == bytes) {
        if (bytes > 0) std::memcpy(received, found->data, bytes);
        remove(found);
        changed_.notify_all();
        return;
      }
      why = found != nullptr ? detail::sentence("rank ", from, " sent ", static_cast<index_t>(found->bytes),
                                                " bytes where rank ", to, " expected ", static_cast<index_t>(bytes))
                             : reason(from);
    }
    detail::fail_with(why);
  }
  void await_taken(index_t from, index_t to, index_t number) {
    std::string why;
    {
      const detail::holding held(mutex_);
      while (find(from, to, number) != nullptr && why_.empty() && !has_ended(to)) changed_.wait(mutex_);
      const message* left = find(from, to, number);
      if (left == nullptr) return;
      remove(left);
      why = reason(to);
    }
    detail::fail_with(why);
  }
  void take_back(index_t from, index_t to, index_t number) {
    const detail::holding held(mutex_);
    if (const message* left = find(from, to, number)) remove(left);
  }

  /// The ranks meet twice: when all have said where their bytes are, and when all have copied them.
  void gather(index_t me, const void* mine, std::size_t bytes, void* all) {
    std::string why;
    {
      const detail::holding held(mutex_);
      gathered_[static_cast<std::size_t>(me)] = {me, me, 0, mine, bytes};
      if (meet()) {
        for (index_t r = 0; r < size_; ++r) {
          const message& theirs = gathered_[static_cast<std::size_t>(r)];
          if (theirs.bytes != bytes)
            why = detail::sentence("ranks ", me, " and ", r, " gather ", static_cast<index_t>(bytes), " and ",
                                   static_cast<index_t>(theirs.bytes), " bytes; expected the same call on every rank");
          else if (bytes > 0)
            std::memcpy(static_cast<unsigned char*>(all) + static_cast<std::size_t>(r) * bytes, theirs.data, bytes);
        }
        if (!meet() && why.empty()) why = reason(-1);
      } else {
        why = reason(-1);
      }
    }
    if (!why.empty()) detail::fail_with(why);
  }
  /// Waits until all ranks have come here; false where one left, or ended, and never will.
  bool meet() {
    const index_t round = round_;
    if (!why_.empty()) return false;
    if (++arrived_ == size_) {
      arrived_ = 0, ++round_;
      changed_.notify_all();
      return true;
    }
    while (round_ == round && why_.empty() && ended_.empty()) changed_.wait(mutex_);
    return round_ != round;
  }
  void leave(index_t rank, const char* why) {
    const detail::holding held(mutex_);
    if (why_.empty()) why_ = detail::sentence("rank ", rank, " left: ", why);
    changed_.notify_all();
  }
  void end(index_t rank) {
    const detail::holding held(mutex_);
    ended_.push_back(rank);
    changed_.notify_all();
  }
  bool has_ended(index_t rank) const {
    for (const index_t each : ended_)
      if (each == rank) return true;
    return false;
  }
  std::string reason(index_t rank) const {
    if (!why_.empty()) return why_;
    return detail::sentence("rank ", rank >= 0 || ended_.empty() ? rank : ended_[0],
                            " has ended and takes no part in this call");
  }

  index_t size_;
  detail::system_mutex mutex_;
  detail::system_condition changed_;
  std::vector<message> under_way_;
  std::vector<index_t> counts_;  // messages posted and awaited so far, by their ranks
  std::vector<message> gathered_;
  index_t arrived_ = 0, round_ = 0;
  std::string why_;  // not empty: a rank left
  std::vector<index_t> ended_;
};

/// The communicator of one thread.
using thread_rank = thread_ranks::communicator;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
