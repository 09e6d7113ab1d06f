// SPDX-License-Identifier: BSD-3-Clause
#include "data/sets/on_threads.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace mixcon_train {
inline namespace data {

void each_on_threads(index_t count, const std::function<void(index_t)>& work) {
  std::atomic<index_t> next = 0;
  std::atomic<bool> has_failed = false;
  std::mutex mutex;
  index_t failed_at = count;
  std::exception_ptr failure;
  const auto run = [&] {  // numbers are given out in order, so whatever is smaller than a failure is being done
    while (!has_failed) {
      const index_t k = next++;
      if (k >= count) return;
      try {
        work(k);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (k < failed_at) failed_at = k, failure = std::current_exception();
        has_failed = true;
      }
    }
  };
  {
    const auto most = std::clamp<index_t>(std::thread::hardware_concurrency(), 1, 8);
    std::vector<std::jthread> threads;
    for (index_t t = 1; t < std::min(most, count); ++t) threads.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace data
}  // namespace mixcon_train
