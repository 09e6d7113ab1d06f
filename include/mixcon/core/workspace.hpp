// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Memory that one call leaves for the next: `workspace`, which the caller keeps, and `scratch`, arrays that live in it.

#include <mixcon/core/tensor_view.hpp>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <new>
#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Keeps the memory of a call for the next one. Hand the same workspace to call after call, as their last argument:
/// after the first, calls with the same shapes allocate nothing. One call at a time; nothing that you need stays in it
/// between calls. What a workspace cannot help: an executor that starts threads for each call, targets of your own that
/// allocate, and the triplets of each anchor on several threads, whose memory settles after a few calls.
class workspace {
 public:
  workspace() = default;
  ~workspace() { release(); }
  workspace(const workspace&) = delete;
  workspace& operator=(const workspace&) = delete;

  /// Bytes that it holds, in use or free.
  index_t bytes() const { return bytes_; }
  /// Gives its free memory back to the system.
  void release() {
    const holder held(busy_);
    for (block*& list : free_)
      while (list != nullptr) {
        block* const next = list->next;
        bytes_ -= static_cast<index_t>(bytes_of(list->kind));
        ::operator delete(list, std::align_val_t{alignment});
        list = next;
      }
  }

  /// Memory for so many bytes, aligned for any vector. Threads may ask at the same time.
  void* take(std::size_t bytes) {
    const unsigned kind = kind_of(bytes);
    const holder held(busy_);
    if (free_[kind] == nullptr) add(kind);
    block* const found = free_[kind];
    free_[kind] = found->next;
    return reinterpret_cast<unsigned char*>(found) + alignment;
  }
  /// Takes memory back that `take` gave.
  void give_back(void* memory) {
    auto* const returned = reinterpret_cast<block*>(static_cast<unsigned char*>(memory) - alignment);
    const holder held(busy_);
    returned->next = free_[returned->kind];
    free_[returned->kind] = returned;
  }
  /// Sees to it that so many takes of so many bytes each will find memory: what threads take while they work.
  void reserve(index_t times, std::size_t bytes) {
    const unsigned kind = kind_of(bytes);
    const holder held(busy_);
    for (const block* b = free_[kind]; b != nullptr; b = b->next) --times;
    for (; times > 0; --times) add(kind);
  }

 private:
  static constexpr std::size_t alignment = 64, steps = 8;  // sizes a doubling: at most an eighth is left unused
  struct block {
    block* next;
    unsigned kind;
  };
  static_assert(sizeof(block) <= alignment);
  class holder {
   public:
    explicit holder(std::atomic_flag& busy) : busy_(busy) {
      while (busy_.test_and_set(std::memory_order_acquire)) {
      }
    }
    ~holder() { (busy_.clear)(std::memory_order_release); }
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;

   private:
    std::atomic_flag& busy_;
  };

  static std::size_t bytes_of(unsigned kind) { return (alignment * (steps + kind % steps)) << (kind / steps); }
  static unsigned kind_of(std::size_t bytes) {
    unsigned kind = 0;
    while (bytes_of(kind) < bytes) ++kind;
    return kind;
  }
  void add(unsigned kind) {
    void* const memory = ::operator new(alignment + bytes_of(kind), std::align_val_t{alignment});
    free_[kind] = new (memory) block{free_[kind], kind};
    bytes_ += static_cast<index_t>(bytes_of(kind));
  }

  block* free_[52 * steps] = {};  // by kind
  std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
  index_t bytes_ = 0;
};

/// The last argument of calls that take a workspace. Not made of `{}`, which in those calls means gradients.
struct in_workspace {
  workspace* memory;
  constexpr in_workspace(workspace& of_caller) : memory(&of_caller) {}  // NOLINT(google-explicit-constructor)
  /// No workspace: what the call needs lives in memory of its own.
  static constexpr in_workspace none() { return in_workspace(nullptr); }

 private:
  constexpr explicit in_workspace(std::nullptr_t) : memory(nullptr) {}
};

namespace detail {

/// The memory of one scratch array, of whatever type.
class scratch_memory {
 public:
  scratch_memory() = default;
  explicit scratch_memory(workspace* from) : from_(from) {}
  scratch_memory(const scratch_memory&) = delete;
  scratch_memory& operator=(const scratch_memory&) = delete;
  ~scratch_memory() {
    if (data_ != nullptr) let_go();
  }

 protected:
  static constexpr std::align_val_t alignment{64};

  void exchange(scratch_memory& other) noexcept {
    (std::swap)(from_, other.from_), (std::swap)(data_, other.data_);
    (std::swap)(size_, other.size_), (std::swap)(room_, other.room_);
  }
  /// Room for `count` things of so many bytes each; those that are there are kept.
  [[gnu::noinline]] void make_room(std::size_t count, std::size_t each) {
    const std::size_t bytes = count * each;
    void* const memory = from_ != nullptr ? from_->take(bytes) : ::operator new(bytes, alignment);
    if (size_ > 0) std::memcpy(memory, data_, size_ * each);
    if (data_ != nullptr) let_go();
    data_ = memory, room_ = count;
  }
  [[gnu::noinline]] void let_go() {
    if (from_ != nullptr)
      from_->give_back(data_);
    else
      ::operator delete(data_, alignment);
  }
  [[gnu::noinline]] void copy(const scratch_memory& other, std::size_t each) {
    size_ = 0;
    if (other.size_ > room_) make_room(other.size_, each);
    if (other.size_ > 0) std::memcpy(data_, other.data_, other.size_ * each);
    size_ = other.size_;
  }

  workspace* from_ = nullptr;
  void* data_ = nullptr;
  std::size_t size_ = 0, room_ = 0;
};

}  // namespace detail

/// An array of plain numbers or structs that lives in a workspace, or, without one, in memory of its own.
template <class T>
class scratch : detail::scratch_memory {
  static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 64, "mixcon: scratch is for plain data");

 public:
  using value_type = T;

  scratch() = default;
  explicit scratch(workspace* from) : scratch_memory(from) {}
  scratch(workspace* from, std::size_t count, const T& value = T()) : scratch_memory(from) { assign(count, value); }
  scratch(std::initializer_list<T> values) {
    for (const T& value : values) push_back(value);
  }
  scratch(const scratch& other) : scratch_memory(other.from_) { copy(other, sizeof(T)); }
  scratch(scratch&& other) noexcept { exchange(other); }
  scratch& operator=(const scratch& other) {
    if (this != &other) copy(other, sizeof(T));
    return *this;
  }
  scratch& operator=(scratch&& other) noexcept {
    exchange(other);
    return *this;
  }
  ~scratch() = default;

  /// So many, whose values nobody has set.
  static scratch unset(workspace* from, std::size_t count) {
    scratch made(from);
    if (count > 0) made.make_room(count, sizeof(T));
    made.size_ = count;
    return made;
  }
  void assign(std::size_t count, const T& value) {
    size_ = 0;
    if (count > room_) make_room(count, sizeof(T));
    for (T* to = data(); size_ < count; ++size_) new (to + size_) T(value);
  }
  void resize(std::size_t count) {
    if (count > room_) make_room(count, sizeof(T));
    for (T* to = data(); size_ < count; ++size_) new (to + size_) T();
    size_ = count;
  }
  void push_back(const T& value) {
    const T kept = value;  // may lie in here
    if (size_ == room_) make_room(size_ < 8 ? 16 : 2 * size_, sizeof(T));
    new (data() + size_++) T(kept);
  }
  void(clear)() { size_ = 0; }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return static_cast<T*>(data_); }
  const T* data() const { return static_cast<const T*>(data_); }
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
};

template <class T>
struct tensor_traits<scratch<T>> {
  static constexpr auto view(auto& v) { return detail::view_of_contiguous(v.data(), v.size()); }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
