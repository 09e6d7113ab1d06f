// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <map>
#include <mutex>

namespace mixcon_python {

thread_pool* pool_of(int threads) {
  MIXCON_REQUIRE(threads >= 0 && threads <= thread_pool::most_threads, "threads is ", threads,
                 "; expected 0 (one a core, or MIXCON_NUM_THREADS) to ", thread_pool::most_threads);
  if (threads < 2) return nullptr;
  static std::mutex busy;
  static auto* const pools = new std::map<int, thread_pool*>;  // never taken down: threads may work while Python ends
  const std::lock_guard held(busy);
  thread_pool*& pool = (*pools)[threads];
  if (pool == nullptr) pool = new thread_pool(threads);
  return pool;
}

}  // namespace mixcon_python
