// SPDX-License-Identifier: BSD-3-Clause
// How often a test repeats itself.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MIXCON_TEST_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define MIXCON_TEST_SANITIZED 1
#endif
#endif

namespace mixcon_test {

/// `full`, or at least 1 of its tenth under a sanitizer: there each repeat takes ten times as long, and looks for
/// faults of memory and of threads, which depend on shapes more than on numbers.
constexpr int repeats(int full) {
#if defined(MIXCON_TEST_SANITIZED)
  return full < 10 ? 1 : full / 10;
#else
  return full;
#endif
}

}  // namespace mixcon_test
