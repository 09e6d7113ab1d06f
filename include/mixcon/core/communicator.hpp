// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What ranks talk through: the concept of a communicator, and the rank that is alone.

#include <mixcon/core/require.hpp>

#include <concepts>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

// Required of a communicator, a small handle that is copied:
//
//   index_t rank() const;   this one, in [0, size())
//   index_t size() const;   how many there are
//   Pending start_exchange(index_t to, const void* sent, std::size_t sent_bytes,
//                          index_t from, void* received, std::size_t received_bytes) const;
//     begins to send to one rank and to receive from one, and returns at once. What it answers has `wait()`, which
//     returns when both are done; the memory is the exchange's until then. Exchanges of two ranks meet in the order in
//     which they were started; both ends know how many bytes travel, which may be 0
//   void all_gather(const void* mine, std::size_t bytes, void* all) const;
//     the same number of bytes of every rank, in the ranks' order: size() * bytes in `all`
//   void leave(const char* why) const;
//     this rank takes no further part. Others that wait for it, then or later, throw `rank_failure`
//
// Sums over ranks are built of `all_gather` in the ranks' order, so that they have the same bits everywhere, always.

/// What may stand first in `ranks{communicator, engine}`.
template <class C>
concept Communicator = requires(const C& ranks, const void* sent, void* received, std::size_t bytes, index_t rank) {
  { ranks.rank() } -> std::convertible_to<index_t>;
  { ranks.size() } -> std::convertible_to<index_t>;
  ranks.start_exchange(rank, sent, bytes, rank, received, bytes).wait();
  ranks.all_gather(sent, bytes, received);
  ranks.leave("");
};

/// Another rank left in the middle of a call, or died: this call has no answer, and the ranks cannot be used again.
class rank_failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {
[[noreturn]] inline void fail_with(const std::string& why) {
#if defined(__cpp_exceptions)
  throw rank_failure(why);
#else
  refuse(why);
#endif
}
}  // namespace detail

/// The only rank: `ranks{alone{}, tiled{}}` computes what `tiled{}` does. For programs that run with and without
/// others.
struct alone {
  struct pending {
    void wait() const {}
  };
  static constexpr index_t rank() { return 0; }
  static constexpr index_t size() { return 1; }
  pending start_exchange(index_t, const void* sent, std::size_t bytes, index_t, void* received, std::size_t) const {
    if (bytes > 0) std::memcpy(received, sent, bytes);
    return {};
  }
  void all_gather(const void* mine, std::size_t bytes, void* all) const {
    if (bytes > 0) std::memcpy(all, mine, bytes);
  }
  void leave(const char*) const {}
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
