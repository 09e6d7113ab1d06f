// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Processes of a c10d process group as ranks: `torch_ranks`.

#include <mixcon/core/communicator.hpp>

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <c10/util/intrusive_ptr.h>

#include <csignal>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The communicator of one process of a c10d process group that sends memory of the CPU, such as gloo's; copies are the
/// same one.
///
///   const torch_ranks world(c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size));
///   const at::Tensor loss = torch_loss(ranks{world, tiled{}}, nt_xent(0.1), view_targets{.samples = n}, z, z);
///
/// The group becomes its own: no message meets one of the program's, and a process that leaves a call ends the group,
/// so that the others' connections close and they throw rank_failure at once, as where a process dies. For ranks that
/// never make the call the group's own timeout holds, gloo's Options::timeout. Used by one thread at a time.
///
/// gloo writes to connections that another may have closed, which raises SIGPIPE, and that by default ends a program.
/// Where it would, these ranks have it ignored from then on; a handler of the program's stays.
template <class Group>
class torch_ranks {
 public:
  /// Refuses a group that is none, or that something else holds too.
  explicit torch_ranks(c10::intrusive_ptr<Group> own) {
    MIXCON_REQUIRE(own.defined(), "torch_ranks: the process group is null; expected one of this process");
    MIXCON_REQUIRE(own.use_count() == 1, "torch_ranks: the process group is held ", own.use_count(),
                   " times; expected one for these ranks alone. Make another of the same store, and move it in");
    ignore_broken_pipes();
    state_ = c10::make_intrusive<process>((std::move)(own));
  }

  class pending;
  index_t rank() const { return state_->rank; }
  index_t size() const { return state_->size; }
  pending start_exchange(index_t to, const void* sent, std::size_t sent_bytes, index_t from, void* received,
                         std::size_t received_bytes) const {
    pending under_way(state_);
    if (to == state_->rank) {  // then it is `from` too; gloo sends nothing to itself
      if (sent_bytes > 0) std::memcpy(received, sent, sent_bytes);
      return under_way;
    }
    state_->told_apart("sends to", [&] {
      auto& works = under_way.works_;
      if (received_bytes > 0) {
        std::vector<at::Tensor> into{bytes_at(received, received_bytes)};
        works.push_back(state_->living().recv(into, static_cast<int>(from), next(state_->received, from)));
      }
      if (sent_bytes > 0) {
        std::vector<at::Tensor> rows{bytes_at(sent, sent_bytes)};
        works.push_back(state_->living().send(rows, static_cast<int>(to), next(state_->sent, to)));
      }
    });
    return under_way;
  }
  void all_gather(const void* mine, std::size_t bytes, void* all) const {
    if (bytes == 0) return;
    state_->told_apart("waits for", [&] {
      std::vector<at::Tensor> given{bytes_at(mine, bytes)};
      std::vector<std::vector<at::Tensor>> every(1);
      for (index_t r = 0; r < state_->size; ++r)
        every.front().push_back(
            bytes_at(static_cast<unsigned char*>(all) + static_cast<std::size_t>(r) * bytes, bytes));
      complete(*state_->living().allgather(every, given));
    });
  }
  void leave(const char* why) const {
    if (state_->why.empty()) state_->why = why;
    state_->group.reset();
  }

 private:
  struct process : c10::intrusive_ptr_target {
    c10::intrusive_ptr<Group> group;
    index_t rank, size;
    std::vector<int> sent, received;  // messages that this one began to exchange with each
    std::string why{};                // it cannot be used any more

    explicit process(c10::intrusive_ptr<Group> own)
        : group((std::move)(own)),
          rank(group->getRank()),
          size(group->getSize()),
          sent(static_cast<std::size_t>(size)),
          received(static_cast<std::size_t>(size)) {}
    Group& living() const {
      if (!group.defined())
        detail::fail_with("torch_ranks: these ranks have failed before (" + why + "); make a process group anew");
      return *group;
    }
    /// What torch throws is told apart from a refusal of ours.
    template <class Work>
    void told_apart(const char* does, Work&& work) const {
      try {
        work();
      } catch (const rank_failure&) {
        throw;
      } catch (const std::exception& failed) {
        const std::string words = failed.what();
        detail::fail_with(detail::sentence("torch_ranks: rank ", rank, " of ", size, " ", does,
                                           " another, which has left, died, or never made this call (",
                                           words.substr(0, words.find('\n')), ")"));
      }
    }
  };
  static void ignore_broken_pipes() {
#if defined(SIGPIPE)
    const auto before = std::signal(SIGPIPE, SIG_IGN);
    if (before != SIG_DFL && before != SIG_IGN) std::signal(SIGPIPE, before);
#endif
  }
  static at::Tensor bytes_at(const void* first, std::size_t count) {
    return at::from_blob(const_cast<void*>(first), {static_cast<std::int64_t>(count)},
                         at::TensorOptions().dtype(at::kByte));
  }
  template <class Work>
  static void complete(Work& work) {
    if (!work.wait()) throw std::runtime_error("the message was aborted");
  }
  /// The tag of a message: those of two ranks meet in the order in which they were started.
  static int next(std::vector<int>& counts, index_t rank) {
    int& count = counts[static_cast<std::size_t>(rank)];
    return count = (count + 1) % 4096;
  }

  c10::intrusive_ptr<process> state_;
};

/// Messages under way. Those that nobody waits for let go of their memory when this ends.
template <class Group>
class torch_ranks<Group>::pending {
  using work = decltype(std::declval<Group&>().send(std::declval<std::vector<at::Tensor>&>(), 0, 0));

 public:
  void wait() {
    state_->told_apart("waits for", [&] {
      for (const work& each : works_) complete(*each);
    });
    works_.clear();
  }

 private:
  friend class torch_ranks;
  explicit pending(c10::intrusive_ptr<process> state) : state_((std::move)(state)) {}
  c10::intrusive_ptr<process> state_;
  std::vector<work> works_;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
