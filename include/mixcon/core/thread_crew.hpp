// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The threads of a `thread_pool`: how they share out a region's tasks, spin, sleep and end.

#include <mixcon/core/config.hpp>
#include <mixcon/core/system_threads.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

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
  system_mutex mutex_;
  system_condition changed_;
  int spins_ = 0;
  unsigned forks_ = forks_so_far();
  thread_crew* lost_before_ = nullptr;
  std::vector<system_thread> workers_;

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
  [[maybe_unused]] static const int watched = call_in_forked_children([] { ++forks; });
  return forks.load(std::memory_order_relaxed);
}

// The delegated constructor makes a whole object: should a thread not start, the destructor ends those that did.
inline thread_crew::thread_crew(int threads) : thread_crew(no_workers{}) {
  // spinning only pays where each thread has a core of its own
  spins_ = threads <= cores_of_system() ? 4000 : 0;
  workers_.reserve(static_cast<std::size_t>(threads - 1));
  const auto run = [](void* crew) -> void* { return static_cast<thread_crew*>(crew)->work(), nullptr; };
  for (int worker = 1; worker < threads; ++worker) workers_.emplace_back(run, this);
}

inline thread_crew::~thread_crew() {
  stopping_ = true;
  wake_sleepers();
  for (system_thread& worker : workers_) worker.join();
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
      const holding lock(mutex_);
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
    pause_briefly();
  }
  const holding lock(mutex_);
  ++sleepers_;
  while (!ready()) changed_.wait(mutex_);
  --sleepers_;
}

inline void thread_crew::wake_sleepers() {
  if (sleepers_ == 0) return;
  { const holding lock(mutex_); }  // who counts as a sleeper but does not wait yet holds it
  changed_.notify_all();
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
