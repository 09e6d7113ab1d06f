// SPDX-License-Identifier: BSD-3-Clause
// Who wrote and who read each two bytes of a block's shared memory, and what each thread knows to have happened before:
// finds races, reads of what nobody wrote, and reads of copies in flight, in any order of threads. It sees what goes
// through shared_array, matrix loads and asynchronous copies; plain pointers are left to the sanitizers.
#pragma once

#include "gpu/emulator/failure.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace mixcon::gpu::emulated {

/// For each thread of a block, how much of each other thread's past it has seen (vector clocks). Barriers join them.
class known_pasts {
 public:
  void begin(unsigned threads) {
    threads_ = threads;
    of_.assign(std::size_t{threads} * threads, 0);
    for (unsigned t = 0; t < threads; ++t) of_[at(t, t)] = 1;
  }
  std::uint32_t now(unsigned thread) const { return of_[at(thread, thread)]; }
  bool knows(unsigned thread, unsigned other, std::uint32_t moment) const { return of_[at(thread, other)] >= moment; }

  /// The threads wait for one another: each then knows what any of them knew.
  void join(const std::vector<unsigned>& threads) {
    joined_.assign(threads_, 0);
    for (unsigned t : threads)
      for (unsigned u = 0; u < threads_; ++u) joined_[u] = std::max(joined_[u], of_[at(t, u)]);
    for (unsigned t : threads) {
      std::copy(joined_.begin(), joined_.end(), of_.begin() + static_cast<std::ptrdiff_t>(at(t, 0)));
      ++of_[at(t, t)];
    }
  }

 private:
  std::size_t at(unsigned thread, unsigned other) const { return std::size_t{thread} * threads_ + other; }
  unsigned threads_ = 0;
  std::vector<std::uint32_t> of_, joined_;
};

/// Shared memory of one block, of exactly the bytes asked for, NaN in every format at first.
class shared_memory {
 public:
  static constexpr std::size_t alignment = 128, granule = 2;

  shared_memory() = default;
  shared_memory(const shared_memory&) = delete;
  shared_memory& operator=(const shared_memory&) = delete;
  ~shared_memory() { release(); }

  void begin_block(std::size_t bytes, unsigned threads) {
    if (bytes != bytes_ || data_ == nullptr) {
      release();
      data_ = static_cast<std::byte*>(::operator new(bytes, std::align_val_t{alignment}));
      bytes_ = bytes;
    }
    std::memset(data_, 0xFF, bytes_);
    threads_ = threads, tracks_ = false;
  }
  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }
  bool holds(const void* address, std::size_t bytes) const {
    const auto* at = static_cast<const std::byte*>(address);
    return at >= data_ && at + bytes <= data_ + bytes_;
  }

  void join(const std::vector<unsigned>& threads) {
    if (tracks_) pasts_.join(threads);
  }
  void read(unsigned thread, const void* address, std::size_t bytes, const char* what, const place& where) {
    for (std::size_t k = check(address, bytes, what, where), end = k + bytes; k < end; k += granule) {
      cell& at = cells_[k / granule];
      if (at.copying != nobody) fail(what, "reads what an asynchronous copy still writes; wait for it first", k, where);
      if (at.writer == nobody && data_[k] == std::byte{0xFF} && data_[k + 1] == std::byte{0xFF})
        fail(what, "reads what no thread has written", k, where);
      if (!saw(thread, at.writer, at.written)) fail_race(what, "reads", "wrote", at.writer, thread, k, where);
      if (at.first_reader == nobody || saw(thread, at.first_reader, at.first_read))
        at.first_reader = id(thread), at.first_read = pasts_.now(thread);
      else
        at.last_reader = id(thread), at.last_read = pasts_.now(thread);
    }
  }
  void write(unsigned thread, const void* address, std::size_t bytes, const char* what, const place& where) {
    for (std::size_t k = check(address, bytes, what, where), end = k + bytes; k < end; k += granule) {
      require_unused(thread, k, what, where);
      cells_[k / granule].writer = id(thread), cells_[k / granule].written = pasts_.now(thread);
    }
  }
  /// From here on the copy may land at any moment ...
  void begin_copy(unsigned thread, const void* address, std::size_t bytes, const place& where) {
    for (std::size_t k = check(address, bytes, "copy_async", where), end = k + bytes; k < end; k += granule) {
      require_unused(thread, k, "copy_async", where);
      cells_[k / granule].copying = id(thread);
    }
  }
  /// ... until the thread that asked for it has waited.
  void end_copy(unsigned thread, const void* address, std::size_t bytes) {
    const auto first = static_cast<std::size_t>(static_cast<const std::byte*>(address) - data_);
    for (std::size_t k = first; k < first + bytes; k += granule) {
      cell& at = cells_[k / granule];
      at.copying = nobody, at.writer = id(thread), at.written = pasts_.now(thread);
    }
  }

 private:
  static constexpr std::uint16_t nobody = 0xFFFF;
  struct cell {
    std::uint32_t written = 0, first_read = 0, last_read = 0;
    std::uint16_t writer = nobody, first_reader = nobody, last_reader = nobody, copying = nobody;
  };

  static std::uint16_t id(unsigned thread) { return static_cast<std::uint16_t>(thread); }
  bool saw(unsigned thread, std::uint16_t other, std::uint32_t moment) const {
    return other == nobody || other == thread || pasts_.knows(thread, other, moment);
  }
  void require_unused(unsigned thread, std::size_t k, const char* what, const place& where) {
    const cell& at = cells_[k / granule];
    if (at.copying != nobody) fail(what, "writes where an asynchronous copy still writes", k, where);
    if (!saw(thread, at.writer, at.written)) fail_race(what, "writes", "wrote", at.writer, thread, k, where);
    if (!saw(thread, at.first_reader, at.first_read))
      fail_race(what, "writes", "read", at.first_reader, thread, k, where);
    if (!saw(thread, at.last_reader, at.last_read)) fail_race(what, "writes", "read", at.last_reader, thread, k, where);
  }
  /// The place of an access that lies within the block's shared memory and is aligned to its own size.
  std::size_t check(const void* address, std::size_t bytes, const char* what, const place& where) {
    if (!tracks_) {
      tracks_ = true;
      pasts_.begin(threads_);
      cells_.assign((bytes_ + granule - 1) / granule, cell{});
    }
    const auto offset = static_cast<const std::byte*>(address) - data_;
    const auto k = static_cast<std::size_t>(offset);
    if (!holds(address, bytes)) {
      std::string text =
          std::string(what) + ": " + std::to_string(bytes) + " bytes at offset " + std::to_string(offset);
      text += " are outside the " + std::to_string(bytes_) + " bytes of shared memory, at ";
      throw failure(text + where.text());
    }
    if (k % bytes != 0) fail(what, "is not aligned to its size", k, where);
    return k;
  }
  [[noreturn]] static void fail(const char* what, const char* rule, std::size_t offset, const place& where) {
    std::string text = what;
    text += " at shared offset ";
    text += std::to_string(offset);
    text += ' ';
    text += rule;
    text += ", at ";
    throw failure(text + where.text());
  }
  [[noreturn]] static void fail_race(const char* what, const char* does, const char* did, unsigned other,
                                     unsigned thread, std::size_t offset, const place& where) {
    const std::string rule = "is a race: thread " + std::to_string(thread) + " " + does + " what thread " +
                             std::to_string(other) + " " + did + " with no barrier between them";
    fail(what, rule.c_str(), offset, where);
  }
  void release() {
    if (data_ != nullptr) ::operator delete(data_, std::align_val_t{alignment});
  }

  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  unsigned threads_ = 0;
  bool tracks_ = false;
  known_pasts pasts_;
  std::vector<cell> cells_;
};

}  // namespace mixcon::gpu::emulated
