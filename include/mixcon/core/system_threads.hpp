// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The threads, locks and forks of the system, as far as a pool needs them: by pthread.h where there is one.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>

#if !defined(MIXCON_HAS_PTHREAD)
#if __has_include(<pthread.h>) && __has_include(<unistd.h>)
#define MIXCON_HAS_PTHREAD 1
#else
#define MIXCON_HAS_PTHREAD 0
#endif
#endif

#if MIXCON_HAS_PTHREAD
#include <system_error>

#include <pthread.h>
#include <unistd.h>
#else
#include <condition_variable>
#include <mutex>
#include <thread>
#endif

MIXCON_STRICT_FLOATS_BEGIN

// <thread>, <mutex> and <condition_variable> cost a unit that includes us a sixth of what six standard headers do
// together, and stand on pthread.h where there is one: so do we. MIXCON_HAS_PTHREAD, 0 or 1 and the same in all units
// of a program, decides instead.
namespace mixcon::detail {

#if MIXCON_HAS_PTHREAD

/// A lock.
class system_mutex {
 public:
  system_mutex() = default;
  system_mutex(const system_mutex&) = delete;
  system_mutex& operator=(const system_mutex&) = delete;
  ~system_mutex() { pthread_mutex_destroy(&mutex_); }
  void lock() { pthread_mutex_lock(&mutex_); }
  void unlock() { pthread_mutex_unlock(&mutex_); }

 private:
  friend class system_condition;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

/// What threads sleep on until another one notifies them.
class system_condition {
 public:
  system_condition() = default;
  system_condition(const system_condition&) = delete;
  system_condition& operator=(const system_condition&) = delete;
  ~system_condition() { pthread_cond_destroy(&condition_); }
  /// Lets go of `held` and sleeps, at once; takes it again when awake.
  void wait(system_mutex& held) { pthread_cond_wait(&condition_, &held.mutex_); }
  void notify_all() { pthread_cond_broadcast(&condition_); }

 private:
  pthread_cond_t condition_ = PTHREAD_COND_INITIALIZER;
};

/// A thread that calls run(with). Throws std::system_error where the system refuses one.
class system_thread {
 public:
  system_thread(void* (*run)(void* with), void* with) {
    const int error = pthread_create(&thread_, nullptr, run, with);
#if defined(__cpp_exceptions)
    if (error != 0) throw std::system_error(error, std::generic_category(), "mixcon: a thread could not be started");
#else
    MIXCON_REQUIRE(error == 0, "a thread could not be started: error ", error);
#endif
  }
  void join() { pthread_join(thread_, nullptr); }

 private:
  pthread_t thread_{};
};

/// Processor cores that the calling thread may run on, by taskset, a container's or a job's limits; where the system
/// does not tell, those that are online, and below 1 where it does not tell that.
inline int cores_of_system() {
#if defined(__linux__) && defined(CPU_COUNT)  // of sched.h, which pthread.h includes
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
#endif
  return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
}

/// Has `handle` called in every child that is forked from now on.
inline int call_in_forked_children(void (*handle)()) { return pthread_atfork(nullptr, nullptr, handle); }

#else

using system_mutex = std::mutex;
using system_condition = std::condition_variable_any;
using system_thread = std::thread;
inline int cores_of_system() { return static_cast<int>(std::thread::hardware_concurrency()); }
inline int call_in_forked_children(void (*)()) { return 0; }

#endif

/// Holds a lock as long as it lives.
class holding {
 public:
  explicit holding(system_mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  ~holding() { mutex_.unlock(); }
  holding(const holding&) = delete;
  holding& operator=(const holding&) = delete;

 private:
  system_mutex& mutex_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
