// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/thread_pool.hpp>

#include "support/catch.hpp"
#include "support/effort.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

using mixcon::index_t;
using mixcon::thread_pool;

namespace {

// Sets MIXCON_NUM_THREADS (nullptr: unset), and puts back what was there.
class num_threads_in_environment {
 public:
  explicit num_threads_in_environment(const char* value) {
    if (const char* old = std::getenv(name)) old_ = old, was_set_ = true;
    value ? setenv(name, value, 1) : unsetenv(name);
  }
  ~num_threads_in_environment() { was_set_ ? setenv(name, old_.c_str(), 1) : unsetenv(name); }
  num_threads_in_environment(const num_threads_in_environment&) = delete;
  num_threads_in_environment& operator=(const num_threads_in_environment&) = delete;

 private:
  static constexpr const char* name = "MIXCON_NUM_THREADS";
  std::string old_;
  bool was_set_ = false;
};

std::vector<int> times_run(thread_pool& pool, index_t tasks) {
  std::vector<int> times(static_cast<std::size_t>(tasks), 0);
  pool.parallel_for(tasks, [&](index_t task) { ++times[static_cast<std::size_t>(task)]; });
  return times;
}

// Returns when all threads of the pool have met. One that is still beginning may hold a lock of AddressSanitizer's
// allocator, which a forked child would wait for, for good.
void meet(thread_pool& pool) {
  std::atomic<int> here{0};
  pool.parallel_for(pool.threads(), [&](index_t) {
    for (++here; here < pool.threads();) std::this_thread::yield();
  });
}

// Runs `job` in a forked child that then ends as programs do, through the destructors of statics; its exit status, or
// -1 where a signal ended it, as one ends a child that hangs.
template <class Job>
int status_of_child(Job&& job) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    alarm(100);
    std::exit(job());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("Every task runs exactly once, for any number of threads and tasks", "[core]") {
  for (int threads : {1, 2, 3, 4, 8}) {
    thread_pool pool(threads);
    CHECK(pool.threads() == threads);
    for (index_t tasks : {0, 1, 2, 3, 7, 8, 9, 64, 1000})
      CHECK(times_run(pool, tasks) == std::vector<int>(static_cast<std::size_t>(tasks), 1));
  }
}

TEST_CASE("No task is lost or doubled over many short regions", "[core]") {
  for (int threads : {2, 4}) {
    thread_pool pool(threads);
    int wrong = 0;
    for (int repeat = 0; repeat < 3000; ++repeat) {
      const index_t tasks = 2 + repeat % 5;
      for (int times : times_run(pool, tasks)) wrong += times != 1;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("Two tasks of a pool of two run at the same time", "[core]") {
  thread_pool pool(2);
  for (int repeat = 0; repeat < 3; ++repeat) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // long enough for the worker to fall asleep
    std::atomic<int> started{0};
    std::atomic<bool> met{true};
    pool.parallel_for(2, [&](index_t) {
      ++started;
      const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(300);
      while (started < 2 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
      if (started < 2) met = false;
    });
    CHECK(met);
  }
}

TEST_CASE("The caller waits for a slow task of a worker", "[core]") {
  thread_pool pool(3);
  std::vector<int> done(3, 0);
  pool.parallel_for(3, [&](index_t task) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10 * (task + 1)));
    done[static_cast<std::size_t>(task)] = 1;
  });
  CHECK(done == std::vector<int>{1, 1, 1});
}

TEST_CASE("A call from within a task runs inline and in order", "[core]") {
  thread_pool pool(4);
  std::vector<std::vector<index_t>> order(6);
  std::atomic<bool> same_thread{true};
  pool.parallel_for(6, [&](index_t outer) {
    const auto thread = std::this_thread::get_id();
    pool.parallel_for(5, [&](index_t inner) {
      if (std::this_thread::get_id() != thread) same_thread = false;
      order[static_cast<std::size_t>(outer)].push_back(inner);
    });
  });
  CHECK(same_thread);
  for (const auto& inner : order) CHECK(inner == std::vector<index_t>{0, 1, 2, 3, 4});
}

TEST_CASE("Several threads may call one pool at once", "[core]") {
  thread_pool pool(3);
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> callers;
  for (int& mine : wrong)
    callers.emplace_back([&pool, &mine] {
      for (int repeat = 0; repeat < 300; ++repeat)
        for (int times : times_run(pool, 5)) mine += times != 1;
    });
  for (auto& caller : callers) caller.join();
  CHECK(std::accumulate(wrong.begin(), wrong.end(), 0) == 0);
}

TEST_CASE("The exception of the lowest task that throws reaches the caller, and the pool stays usable", "[core]") {
  for (int threads : {1, 2, 4}) {
    thread_pool pool(threads);
    for (int repeat = 0; repeat < 200; ++repeat) {
      std::string caught;
      try {
        pool.parallel_for(40, [](index_t task) {
          if (task % 10 == 7) throw std::runtime_error("task " + std::to_string(task));
        });
      } catch (const std::runtime_error& error) {
        caught = error.what();
      }
      REQUIRE(caught == "task 7");
    }
    CHECK(times_run(pool, 9) == std::vector<int>(9, 1));
  }
}

TEST_CASE("An exception of a nested call passes through both levels", "[core]") {
  thread_pool pool(2);
  CHECK_THROWS_WITH(pool.parallel_for(2,
                                      [&](index_t outer) {
                                        pool.parallel_for(2, [&](index_t inner) {
                                          if (outer + inner == 1) throw std::runtime_error("inner");
                                        });
                                      }),
                    "inner");
}

TEST_CASE("A callable may be const, mutable, or a plain function", "[core]") {
  thread_pool pool(2);
  std::atomic<index_t> sum{0};
  const auto constant = [&](index_t task) { sum += task; };
  pool.parallel_for(5, constant);
  auto counting = [&, calls = std::vector<int>(5, 0)](index_t task) mutable {
    sum += ++calls[static_cast<std::size_t>(task)];
  };
  pool.parallel_for(5, counting);
  static std::atomic<int> plain{0};
  pool.parallel_for(
      5, +[](index_t) { ++plain; });
  CHECK(sum == 10 + 5);
  CHECK(plain == 5);
}

TEST_CASE("Sums over static tasks have the same bits for any number of threads", "[core]") {
  const auto sum_with = [](int threads) {
    thread_pool pool(threads);
    std::vector<float> part(37, 0);
    pool.parallel_for(37, [&](index_t task) {
      for (int i = 0; i < 100; ++i) part[static_cast<std::size_t>(task)] += 1 / static_cast<float>(100 * task + i + 1);
    });
    return std::accumulate(part.begin(), part.end(), 0.0f);
  };
  for (int threads : {2, 3, 4, 8}) CHECK(sum_with(threads) == sum_with(1));
}

TEST_CASE("A forked child ends well, whether or not it uses or destroys its parent's pools", "[core]") {
  thread_pool& shared = thread_pool::shared();
  auto own = std::make_unique<thread_pool>(4);
  const std::vector<int> once(50, 1);
  CHECK(times_run(shared, 50) == once);
  CHECK(times_run(*own, 50) == once);
  meet(shared), meet(*own);
  CHECK(status_of_child([] { return 0; }) == 0);
  CHECK(status_of_child([&] { return own.reset(), 0; }) == 0);
  if (mixcon_test::under_thread_sanitizer) return;  // it lets no child start threads
  const auto computes = [&] {
    const bool right = times_run(shared, 50) == once && times_run(*own, 50) == once && own->threads() == 4;
    return own.reset(), right ? 0 : 1;
  };
  CHECK(status_of_child(computes) == 0);
  const auto forks = [&] {
    meet(*own);
    return times_run(*own, 50) == once ? status_of_child(computes) : 1;
  };
  CHECK(status_of_child(forks) == 0);
  CHECK(times_run(*own, 50) == once);  // the parent's pool never noticed
}

TEST_CASE("A child that is forked while another thread runs a region has a pool of its own", "[core]") {
  if (mixcon_test::under_thread_sanitizer) return;
  thread_pool pool(3);
  std::atomic<bool> stop{false}, is_busy{false};
  std::atomic<long> count{0};
  std::thread busy([&] {
    meet(pool);
    while (!stop) pool.parallel_for(20, [&](index_t) { ++count; }), is_busy = true;  // and allocates nothing
  });
  while (!is_busy) std::this_thread::yield();
  for (int repeat = 0; repeat < 20; ++repeat)
    CHECK(status_of_child([&] {
            const bool right = times_run(pool, 50) == std::vector<int>(50, 1);
            _exit(right ? 0 : 1);  // `busy` stayed in the parent, and its object cannot be destroyed here
            return 1;
          }) == 0);
  stop = true;
  busy.join();
}

TEST_CASE("The shared pool is one and the same", "[core]") {
  CHECK(&thread_pool::shared() == &thread_pool::shared());
  CHECK(thread_pool::shared().threads() == thread_pool::default_threads());
  CHECK(times_run(thread_pool::shared(), 10) == std::vector<int>(10, 1));
}

TEST_CASE("MIXCON_NUM_THREADS sets the number of threads", "[core]") {
  {
    const num_threads_in_environment set("3");
    CHECK(thread_pool::default_threads() == 3);
    CHECK(thread_pool().threads() == 3);
  }
  const num_threads_in_environment unset(nullptr);
  CHECK(thread_pool::default_threads() >= 1);
}

#if defined(__linux__) && MIXCON_HAS_PTHREAD
TEST_CASE("A pool has no more threads than cores that its maker may run on, and those asked for all the same",
          "[core]") {
  const num_threads_in_environment unset(nullptr);
  cpu_set_t allowed;
  REQUIRE(sched_getaffinity(0, sizeof allowed, &allowed) == 0);
  CHECK(thread_pool::default_threads() == CPU_COUNT(&allowed));
  std::size_t core = 0;
  while (!CPU_ISSET(core, &allowed)) ++core;
  int threads = 0, asked_for = 0;
  std::thread([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0) return;
    threads = thread_pool().threads(), asked_for = thread_pool(2).threads();
  }).join();
  CHECK(threads == 1);
  CHECK(asked_for == 2);
}
#endif

TEST_CASE("A bad MIXCON_NUM_THREADS is answered with what came and what was expected", "[core]") {
  for (const char* bad : {"", "0", "-2", "two", "4x", "1025", "99999999999999999999", "2.5"}) {
    const num_threads_in_environment set(bad);
    CHECK_THROWS_WITH(thread_pool::default_threads(),
                      ContainsSubstring("MIXCON_NUM_THREADS is \"" + std::string(bad) + "\"; expected a whole number"));
  }
}

TEST_CASE("Impossible numbers of threads and tasks are refused", "[core]") {
  CHECK_THROWS_WITH(thread_pool(0), ContainsSubstring("0 threads asked for; expected 1 to 1024"));
  CHECK_THROWS_WITH(thread_pool(1025), ContainsSubstring("1025 threads"));
  thread_pool pool(2);
  CHECK_THROWS_WITH(pool.parallel_for(-1, [](index_t) {}), ContainsSubstring("-1 tasks; expected 0 or more"));
}
