// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Threads that stay, share out numbered tasks, and survive a fork.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#if __has_include(<pthread.h>)
#include <pthread.h>
#endif

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {
class thread_crew;
}

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

namespace detail {

/// The threads of a pool in one process, and the region that they work on.
class thread_crew {
 public:
  explicit thread_crew(int threads);
  ~thread_crew();
  thread_crew(const thread_crew&) = delete;
  thread_crew& operator=(const thread_crew&) = delete;

  /// Whether this process has the threads: false in a child that was forked after they had started.
  bool is_alive() const { return forks_ == forks_so_far(); }
  /// Whether the caller may run a region now.
  bool take() { return !workers_.empty() && !taken_.exchange(true, std::memory_order_acquire); }
  /// Calls run(context, task) for all tasks, by a caller who has taken the crew; lets go of it.
  void share_out(index_t tasks, void (*run)(void* context, index_t task), void* context);

  /// Ends the threads, or forgets them where they stayed in the parent: what they held there, such as a lock, will
  /// never be let go.
  static void dismiss(thread_crew* crew) {
    if (crew->is_alive()) return delete crew;
    crew->lost_before_ = last_lost.load();
    while (!last_lost.compare_exchange_weak(crew->lost_before_, crew)) {
    }
  }

 private:
  // The gate is one number, so that it changes at once: whether workers may enter, how many are inside, and a count of
  // regions. The caller leaves a region when the gate is closed and nobody is inside; a worker that comes later does
  // not enter, and touches nothing of the caller's.
  static constexpr std::uint64_t open = 1, one_inside = 2, one_region = 4096;
  static std::uint64_t inside(std::uint64_t gate) { return gate % one_region / one_inside; }
  static std::uint64_t region(std::uint64_t gate) { return gate / one_region; }

  struct no_workers {};
  explicit thread_crew(no_workers) {}
  static unsigned forks_so_far();
  void work();
  void run_tasks();
  template <class Ready>
  void wait_until(Ready ready);
  void wake_sleepers();

  static inline std::atomic<thread_crew*> last_lost{nullptr};  // keeps the forgotten within sight of leak checkers

  alignas(64) std::atomic<std::uint64_t> gate_{0};
  alignas(64) std::atomic<index_t> next_task_{0};
  alignas(64) std::atomic<bool> taken_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<int> sleepers_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  int spins_ = 0;
  unsigned forks_ = forks_so_far();
  thread_crew* lost_before_ = nullptr;
  std::vector<std::thread> workers_;

  // The region's work; written while the gate is closed and nobody is inside.
  void (*run_)(void* context, index_t task) = nullptr;
  void* context_ = nullptr;
  index_t tasks_ = 0;
#if defined(__cpp_exceptions)
  std::exception_ptr error_;  // what task failed_ threw; guarded by mutex_
  index_t failed_ = 0;
#endif
};

inline void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// How often this process is a child, by fork, of one that had a crew.
inline unsigned thread_crew::forks_so_far() {
  static std::atomic<unsigned> forks{0};
#if __has_include(<pthread.h>)
  [[maybe_unused]] static const int watched = pthread_atfork(nullptr, nullptr, [] { ++forks; });
#endif
  return forks.load(std::memory_order_relaxed);
}

}  // namespace detail

inline int thread_pool::default_threads() {
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());  // 0 where it is not known
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
          const_cast<void*>(static_cast<const void*>(std::addressof(run))));
    }
  for (index_t task = 0; task < tasks; ++task) run(task);
}

namespace detail {

// The delegated constructor makes a whole object: should a thread not start, the destructor ends those that did.
inline thread_crew::thread_crew(int threads) : thread_crew(no_workers{}) {
  // spinning only pays where each thread has a core of its own
  spins_ = threads <= static_cast<int>(std::thread::hardware_concurrency()) ? 4000 : 0;
  workers_.reserve(static_cast<std::size_t>(threads - 1));
  for (int worker = 1; worker < threads; ++worker) workers_.emplace_back([this] { work(); });
}

inline thread_crew::~thread_crew() {
  stopping_ = true;
  wake_sleepers();
  for (std::thread& worker : workers_) worker.join();
}

inline void thread_crew::share_out(index_t tasks, void (*run)(void* context, index_t task), void* context) {
  run_ = run, context_ = context, tasks_ = tasks;
  next_task_.store(0, std::memory_order_relaxed);
  gate_.store((region(gate_) + 1) * one_region | open);
  wake_sleepers();
  run_tasks();
  gate_.fetch_sub(open);
  wait_until([this] { return inside(gate_) == 0; });
#if defined(__cpp_exceptions)
  const std::exception_ptr error = std::exchange(error_, nullptr);
#endif
  taken_.store(false, std::memory_order_release);
#if defined(__cpp_exceptions)
  if (error) std::rethrow_exception(error);
#endif
}

inline void thread_crew::run_tasks() {
  for (index_t task; (task = next_task_.fetch_add(1, std::memory_order_relaxed)) < tasks_;) {
#if defined(__cpp_exceptions)
    try {
      run_(context_, task);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!error_ || task < failed_) error_ = std::current_exception(), failed_ = task;
      next_task_.store(tasks_, std::memory_order_relaxed);  // tasks below this one are all taken by now, and will run
    }
#else
    run_(context_, task);
#endif
  }
}

inline void thread_crew::work() {
  for (std::uint64_t last = 0;;) {
    std::uint64_t gate = 0;
    wait_until([&] {
      gate = gate_;
      return stopping_ || ((gate & open) != 0 && region(gate) != last);
    });
    if (stopping_) return;
    if (!gate_.compare_exchange_strong(gate, gate + one_inside)) continue;  // closed, or another worker came first
    last = region(gate);
    run_tasks();
    const std::uint64_t before = gate_.fetch_sub(one_inside);
    if ((before & open) == 0 && inside(before) == 1) wake_sleepers();  // the caller may sleep until the last one leaves
  }
}

// Either the sleeper sees the change that it waits for, or who changes it sees the sleeper: all sequentially
// consistent.
template <class Ready>
void thread_crew::wait_until(Ready ready) {
  for (int spin = 0; spin < spins_; ++spin) {
    if (ready()) return;
    detail::pause_briefly();
  }
  std::unique_lock lock(mutex_);
  ++sleepers_;
  changed_.wait(lock, ready);
  --sleepers_;
}

inline void thread_crew::wake_sleepers() {
  if (sleepers_ == 0) return;
  { const std::lock_guard lock(mutex_); }  // who counts as a sleeper but does not wait yet holds it
  changed_.notify_all();
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
