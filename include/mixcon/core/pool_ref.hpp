// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The threads that a call runs on: a thread_pool, or any other pool, which is not copied.

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {
/// A task that a pool is asked about.
struct task_of_pool {
  void operator()(index_t) const {}
};
}  // namespace detail

/// A pool of threads: `threads()` says how many tasks run at once, at most, and parallel_for(number, task) calls
/// task(i) once for every i below `number`, in any order and at the same time, and returns when all are done. Tasks do
/// not wait for each other. `thread_pool` is one; a wrapper of two lines makes one of others (docs/executors.md).
template <class P>
concept Pool = requires(P& pool, const detail::task_of_pool& task) {
  pool.parallel_for(index_t{}, task);
  static_cast<int>(pool.threads());
};

/// Some pool, while it lives; made from its address. Default-made: none.
class pool_ref {
 public:
  pool_ref() = default;
  pool_ref(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)
  template <Pool P>
  pool_ref(P* pool)  // NOLINT(google-explicit-constructor)
      : pool_(pool),
        threads_([](void* of) { return static_cast<int>(static_cast<P*>(of)->threads()); }),
        run_([](void* of, index_t tasks, void* context, void (*call)(void*, index_t)) {
          static_cast<P*>(of)->parallel_for(tasks, [=](index_t task) { call(context, task); });
        }) {}

  explicit operator bool() const { return pool_ != nullptr; }
  /// Of a pool: how many tasks run at once.
  int threads() const { return threads_(pool_); }
  /// Calls task(i) for every i below `tasks`, as the pool does it.
  template <class Task>
  void parallel_for(index_t tasks, Task&& task) const {
    using callable = std::remove_reference_t<Task>;
    run_(pool_, tasks, const_cast<void*>(static_cast<const void*>(__builtin_addressof(task))),
         [](void* context, index_t i) { (*static_cast<callable*>(context))(i); });
  }

 private:
  void* pool_ = nullptr;
  int (*threads_)(void*) = nullptr;
  void (*run_)(void*, index_t, void*, void (*)(void*, index_t)) = nullptr;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
