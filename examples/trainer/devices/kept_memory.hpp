// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace devices {

/// Small memory that is kept when it is given back, for whoever asks next: nodes, lists and functions have the same
/// sizes in every step of training, so that from the second on the system is asked for none. One store serves the
/// process; a thread may give back what another one took.
class kept_memory {
 public:
  /// Under AddressSanitizer everything goes back to the system, so that it notices what is used afterwards.
#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool keeps = false;
#else
  static constexpr bool keeps = true;
#endif
  static void* take(std::size_t bytes);
  static void give_back(void* memory, std::size_t bytes) noexcept;
};

/// The same as a standard allocator.
template <class T>
struct kept_allocator {
  using value_type = T;
  kept_allocator() = default;
  template <class U>
  kept_allocator(const kept_allocator<U>& /*other*/) noexcept {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t count) { return static_cast<T*>(kept_memory::take(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t count) noexcept { kept_memory::give_back(memory, count * sizeof(T)); }
  template <class U>
  bool operator==(const kept_allocator<U>& /*other*/) const noexcept {
    return true;
  }
};

template <class T>
using kept_list = std::vector<T, kept_allocator<T>>;

/// `std::make_shared` in kept memory.
template <class T, class... Arguments>
std::shared_ptr<T> make_kept(Arguments&&... arguments) {
  return std::allocate_shared<T>(kept_allocator<T>(), std::forward<Arguments>(arguments)...);
}

template <class Signature>
class kept_function;

/// A function with all that it holds, in kept memory. It can be moved and not copied, and so may what it holds.
template <class Result, class... Arguments>
class kept_function<Result(Arguments...)> {
 public:
  kept_function() = default;
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, kept_function> && std::is_invocable_r_v<Result, F&, Arguments...>)
  kept_function(F&& f) {  // NOLINT(google-explicit-constructor, bugprone-forwarding-reference-overload)
    using held = std::remove_cvref_t<F>;
    static_assert(alignof(held) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    void* const memory = kept_memory::take(sizeof(held));
    try {
      held_ = new (memory) held(std::forward<F>(f));
    } catch (...) {
      kept_memory::give_back(memory, sizeof(held));
      throw;
    }
    call_ = [](void* of, Arguments... with) -> Result { return (*static_cast<held*>(of))(with...); };
    end_ = [](void* of) noexcept {
      static_cast<held*>(of)->~held();
      kept_memory::give_back(of, sizeof(held));
    };
  }
  kept_function(kept_function&& other) noexcept { exchange(other); }
  kept_function& operator=(kept_function&& other) noexcept {
    kept_function moved(std::move(other));
    exchange(moved);
    return *this;
  }
  kept_function(const kept_function&) = delete;
  kept_function& operator=(const kept_function&) = delete;
  ~kept_function() {
    if (held_ != nullptr) end_(held_);
  }

  explicit operator bool() const { return held_ != nullptr; }
  Result operator()(Arguments... with) const { return call_(held_, with...); }

 private:
  void exchange(kept_function& other) noexcept {
    std::swap(held_, other.held_), std::swap(call_, other.call_), std::swap(end_, other.end_);
  }

  void* held_ = nullptr;
  Result (*call_)(void*, Arguments...) = nullptr;
  void (*end_)(void*) noexcept = nullptr;
};

}  // namespace devices
}  // namespace mixcon_train
