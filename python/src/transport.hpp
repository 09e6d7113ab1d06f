// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What processes of one call talk through: a communicator whose transport is known at run time only.

#include <mixcon/core/communicator.hpp>

#include <memory>

namespace mixcon_python {

using namespace mixcon;

/// Sends bytes between processes; `mixcon/core/communicator.hpp` says what each member must do.
class transport {
 public:
  /// An exchange under way. One that is dropped before `wait` no longer touches the memory.
  class message {
   public:
    virtual ~message() = default;
    virtual void wait() = 0;
  };

  virtual ~transport() = default;
  virtual index_t rank() const = 0;
  virtual index_t size() const = 0;
  virtual std::unique_ptr<message> start_exchange(index_t to, const void* sent, std::size_t sent_bytes, index_t from,
                                                  void* received, std::size_t received_bytes) const = 0;
  virtual void all_gather(const void* mine, std::size_t bytes, void* all) const = 0;
  virtual void leave(const char* why) const = 0;
};

/// The communicator of a transport, which must outlive it: one type for all, so that losses are compiled once.
class any_ranks {
 public:
  explicit any_ranks(const transport& by) : by_(&by) {}

  struct pending {
    std::unique_ptr<transport::message> message;
    void wait() const { message->wait(); }
  };
  index_t rank() const { return by_->rank(); }
  index_t size() const { return by_->size(); }
  pending start_exchange(index_t to, const void* sent, std::size_t sent_bytes, index_t from, void* received,
                         std::size_t received_bytes) const {
    return {by_->start_exchange(to, sent, sent_bytes, from, received, received_bytes)};
  }
  void all_gather(const void* mine, std::size_t bytes, void* all) const { by_->all_gather(mine, bytes, all); }
  void leave(const char* why) const { by_->leave(why); }

 private:
  const transport* by_;
};

}  // namespace mixcon_python
