// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Threads that stay, share out numbered tasks, and survive a fork.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/thread_crew.hpp>

#include <atomic>
#include <cstdlib>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// A few threads that stay, and share out numbered tasks. After a region they spin for some microseconds, then sleep.
///
///   thread_pool::shared().parallel_for(tiles, [&](index_t tile) { ... });
///
/// Which thread runs a task, and when, is open; where a task's work depends on its number only, results are the same
/// for any number of threads. Tasks must not wait for each other. A process that forks takes only the calling thread
/// along: in the child a pool starts threads of its own at its first region, and one that is never used there costs
/// nothing.
class thread_pool {
 public:
  static constexpr int most_threads = 1024;

  /// So many threads in all, the caller of `parallel_for` among them: from 1 to 1024, or std::invalid_argument. Throws
  /// std::system_error where the system refuses to start one.
  explicit thread_pool(int threads = default_threads());
  ~thread_pool();
  thread_pool(const thread_pool&) = delete;
  thread_pool& operator=(const thread_pool&) = delete;

  /// Threads that work in a region, the caller among them.
  int threads() const { return threads_; }

  /// Calls run(task) once for each task in [0, tasks), and returns when all are done. May be called from any thread and
  /// from within a task: where the pool is taken, the calling thread runs its tasks itself, in order. If tasks throw,
  /// the exception of the lowest of them reaches the caller, and tasks above it may be left out.
  template <class Run>
  void parallel_for(index_t tasks, Run&& run);

  /// The pool of the process, made with `default_threads()` at the first call.
  static thread_pool& shared() {
    static thread_pool pool;
    return pool;
  }

  /// The environment's MIXCON_NUM_THREADS, from 1 to 1024, or std::invalid_argument; one a core where it is not set.
  static int default_threads();

 private:
  detail::thread_crew& crew();

  int threads_;
  std::atomic<detail::thread_crew*> crew_;
};

inline int thread_pool::default_threads() {
  const auto cores = detail::cores_of_system();  // below 1 where it is not known
  const char* text = std::getenv("MIXCON_NUM_THREADS");
  if (text == nullptr) return cores < 1 ? 1 : cores < most_threads ? cores : most_threads;
  char* end = nullptr;
  const long threads = std::strtol(text, &end, 10);
  MIXCON_REQUIRE(end != text && *end == '\0' && threads >= 1 && threads <= most_threads,
                 "thread_pool: MIXCON_NUM_THREADS is \"", text, "\"; expected a whole number from 1 to ", most_threads,
                 ". Unset it for one thread a core (here ", cores, ").");
  return static_cast<int>(threads);
}

inline thread_pool::thread_pool(int threads) : threads_(threads) {
  MIXCON_REQUIRE(threads >= 1 && threads <= most_threads, "thread_pool: ", threads,
                 " threads asked for; expected 1 to ", most_threads,
                 ", the caller among them. Leave the argument out for one a core.");
  crew_ = new detail::thread_crew(threads);
}

inline thread_pool::~thread_pool() { detail::thread_crew::dismiss(crew_); }

// Threads of the child that meet here at once may each start a crew: one of them stays.
inline detail::thread_crew& thread_pool::crew() {
  detail::thread_crew* found = crew_.load(std::memory_order_acquire);
  if (found->is_alive()) return *found;
  auto* const fresh = new detail::thread_crew(threads_);
  if (crew_.compare_exchange_strong(found, fresh)) {
    detail::thread_crew::dismiss(found);
    return *fresh;
  }
  delete fresh;
  return *found;
}

template <class Run>
void thread_pool::parallel_for(index_t tasks, Run&& run) {
  MIXCON_REQUIRE(tasks >= 0, "parallel_for: ", tasks, " tasks; expected 0 or more. Did a count overflow?");
  if (tasks >= 2 && threads_ >= 2)
    if (detail::thread_crew& with = crew(); with.take()) {
      using callable = std::remove_reference_t<Run>;
      return with.share_out(
          tasks, [](void* context, index_t task) { (*static_cast<callable*>(context))(task); },
          const_cast<void*>(static_cast<const void*>(__builtin_addressof(run))));
    }
  for (index_t task = 0; task < tasks; ++task) run(task);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
