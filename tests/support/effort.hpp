// SPDX-License-Identifier: BSD-3-Clause
// How often a test repeats itself.
#pragma once

namespace mixcon_test {

#if defined(__SANITIZE_ADDRESS__)  // g++
inline constexpr bool under_address_sanitizer = true, under_thread_sanitizer = false;
#elif defined(__SANITIZE_THREAD__)
inline constexpr bool under_address_sanitizer = false, under_thread_sanitizer = true;
#elif defined(__has_feature)  // clang
inline constexpr bool under_address_sanitizer = __has_feature(address_sanitizer),
                      under_thread_sanitizer = __has_feature(thread_sanitizer);
#else
inline constexpr bool under_address_sanitizer = false, under_thread_sanitizer = false;
#endif

/// `full`, or at least 1 of its tenth under a sanitizer: there each repeat takes ten times as long, and looks for
/// faults of memory and of threads, which depend on shapes more than on numbers.
constexpr int repeats(int full) {
  if (!under_address_sanitizer && !under_thread_sanitizer) return full;
  return full < 10 ? 1 : full / 10;
}

}  // namespace mixcon_test
