// SPDX-License-Identifier: BSD-3-Clause
// The processes that train one run together, whatever carries their messages.
#pragma once

#include <mixcon/core/communicator.hpp>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <utility>

namespace mixcon_train {
inline namespace ranks {

using mixcon::index_t;

/// Several ranks, seen from one of them. What each member does stands in mixcon/core/communicator.hpp.
class rank_group {
 public:
  /// Two messages under way.
  class exchange {
   public:
    exchange() = default;
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;
    virtual ~exchange() = default;
    virtual void wait() = 0;
  };

  rank_group() = default;
  rank_group(const rank_group&) = delete;
  rank_group& operator=(const rank_group&) = delete;
  virtual ~rank_group() = default;

  virtual index_t rank() const = 0;
  virtual index_t size() const = 0;
  virtual std::unique_ptr<exchange> start_exchange(index_t to, const void* sent, std::size_t sent_bytes, index_t from,
                                                   void* received, std::size_t received_bytes) const = 0;
  virtual void all_gather(const void* mine, std::size_t bytes, void* all) const = 0;
  virtual void leave(const char* why) const = 0;
  /// Ends this process with a status, and the others, who may wait for it.
  [[noreturn]] virtual void abandon(int status) const = 0;
};

/// The rank that writes files and speaks.
inline bool leads(const rank_group* ranks) { return ranks == nullptr || ranks->rank() == 0; }
inline index_t size_of(const rank_group* ranks) { return ranks == nullptr ? 1 : ranks->size(); }

/// A group as a communicator of mixcon: `mixcon::ranks{group_handle{group}, mixcon::tiled{}}`.
struct group_handle {
  struct pending {
    std::unique_ptr<rank_group::exchange> under_way;
    void wait() const { under_way->wait(); }
  };

  const rank_group* group = nullptr;

  index_t rank() const { return group->rank(); }
  index_t size() const { return group->size(); }
  pending start_exchange(index_t to, const void* sent, std::size_t sent_bytes, index_t from, void* received,
                         std::size_t received_bytes) const {
    return {group->start_exchange(to, sent, sent_bytes, from, received, received_bytes)};
  }
  void all_gather(const void* mine, std::size_t bytes, void* all) const { group->all_gather(mine, bytes, all); }
  void leave(const char* why) const { group->leave(why); }
};

/// The ranks of a communicator of mixcon. `end` is called with a status to end all of them.
template <mixcon::Communicator Comm, class End>
class group_of final : public rank_group {
 public:
  group_of(Comm ranks, End end) : ranks_(std::move(ranks)), end_(std::move(end)) {}

  index_t rank() const override { return ranks_.rank(); }
  index_t size() const override { return ranks_.size(); }
  std::unique_ptr<exchange> start_exchange(index_t to, const void* sent, std::size_t sent_bytes, index_t from,
                                           void* received, std::size_t received_bytes) const override {
    return std::make_unique<started>(ranks_.start_exchange(to, sent, sent_bytes, from, received, received_bytes));
  }
  void all_gather(const void* mine, std::size_t bytes, void* all) const override {
    ranks_.all_gather(mine, bytes, all);
  }
  void leave(const char* why) const override { ranks_.leave(why); }
  [[noreturn]] void abandon(int status) const override {
    end_(status);
    std::abort();
  }

 private:
  using pending = decltype(std::declval<const Comm&>().start_exchange(0, nullptr, 0, 0, nullptr, 0));
  struct started final : exchange {
    explicit started(pending&& messages) : under_way(std::move(messages)) {}
    void wait() override { under_way.wait(); }
    pending under_way;
  };
  Comm ranks_;
  End end_;
};

}  // namespace ranks
}  // namespace mixcon_train
