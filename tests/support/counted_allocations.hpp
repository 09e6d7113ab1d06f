// SPDX-License-Identifier: BSD-3-Clause
// Counts what a program allocates, on all its threads, and the bytes that it holds at once. It replaces the global
// operators, so include it in a test's only source.
#pragma once

#include <malloc.h>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace mixcon_test {

inline std::atomic<long> allocations{0};
inline std::atomic<long> bytes_held{0}, most_bytes_held{0};

/// Keeps count of memory that was just allocated.
inline void* counted(void* memory) {
  ++allocations;
  const long held = bytes_held += static_cast<long>(malloc_usable_size(memory));
  for (long most = most_bytes_held; most < held && !most_bytes_held.compare_exchange_weak(most, held);) {
  }
  return memory;
}
inline void free_counted(void* memory) {
  if (memory != nullptr) bytes_held -= static_cast<long>(malloc_usable_size(memory));
  std::free(memory);
}
/// How many bytes the program held at once while it ran `call`, more than before.
template <class Call>
long most_bytes_during(Call&& call) {
  const long before = bytes_held;
  most_bytes_held = before;
  call();
  return most_bytes_held - before;
}

}  // namespace mixcon_test

// ThreadSanitizer has operators of its own, which cannot be replaced: there calls run and nothing is counted.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MIXCON_TEST_COUNTS_NOTHING
#endif
#endif
#if !defined(MIXCON_TEST_COUNTS_NOTHING)
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) return mixcon_test::counted(memory);
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  void* const memory = std::malloc(bytes > 0 ? bytes : 1);
  return memory != nullptr ? mixcon_test::counted(memory) : nullptr;
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(step, (bytes + step - 1) / step * step + step))
    return mixcon_test::counted(memory);
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { mixcon_test::free_counted(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { mixcon_test::free_counted(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { mixcon_test::free_counted(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  mixcon_test::free_counted(memory);
}
#endif
