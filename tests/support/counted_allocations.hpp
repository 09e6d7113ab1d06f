// SPDX-License-Identifier: BSD-3-Clause
// Counts what a program allocates, on all its threads. It replaces the global operators, so include it in a test's only
// source.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace mixcon_test {

inline std::atomic<long> allocations{0};

}  // namespace mixcon_test

// ThreadSanitizer has operators of its own, which cannot be replaced: there calls run and nothing is counted.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MIXCON_TEST_COUNTS_NOTHING
#endif
#endif
#if !defined(MIXCON_TEST_COUNTS_NOTHING)
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++mixcon_test::allocations;
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  ++mixcon_test::allocations;
  return std::malloc(bytes > 0 ? bytes : 1);
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  ++mixcon_test::allocations;
  const auto step = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(step, (bytes + step - 1) / step * step + step)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
#endif
