// SPDX-License-Identifier: BSD-3-Clause
// The number of threads and the time left, by a clock that these tests turn.
#include "run/recent_speed.hpp"
#include "run/thread_chooser.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <functional>
#include <map>

using namespace mixcon_train;

namespace {

/// Seconds of a step by its number and its threads.
using machine = std::function<double(int step, int threads)>;
struct history {
  std::map<int, int> steps_by_threads{};
  double seconds = 0;
  int told = 0;
  double fell_by = 0;
};
history run_on(thread_chooser& chooser, int first, int end, const machine& takes) {
  history seen;
  for (int step = first; step < end; ++step) {
    const int threads = chooser.threads();
    const double seconds = takes(step, threads);
    ++seen.steps_by_threads[threads];
    seen.seconds += seconds;
    chooser.step(seconds);
    if (const double by = chooser.fell_by(); by > 0) ++seen.told, seen.fell_by = by;
  }
  return seen;
}
double quiet(int, int threads) { return 1.0 / threads; }
double busy(int, int threads) { return threads == 1 ? 4.0 : 20.0 * threads; }

}  // namespace

TEST_CASE("threads are chosen by what steps take", "[run]") {
  thread_chooser chooser(2);
  CHECK(chooser.threads() == 2);
  run_on(chooser, 0, 7, [](int step, int threads) { return step == 0 ? 100 : quiet(step, threads); });
  CHECK(chooser.threads() == 2);  // the first step, which makes the kernels, does not count
  const history calm = run_on(chooser, 7, 400, quiet);
  CHECK(calm.steps_by_threads.at(2) == 393);
  CHECK(calm.told == 0);

  // Other work begins: within 12 steps there is one thread, and from then on two are tried every 200 steps only.
  const history first = run_on(chooser, 400, 412, busy);
  CHECK(chooser.threads() == 1);
  CHECK(first.told <= 1);
  const history later = run_on(chooser, 412, 1212, busy);
  CHECK(later.steps_by_threads.at(2) <= 15);
  CHECK(later.steps_by_threads.at(1) >= 785);
  CHECK(first.told + later.told == 1);  // 20 against 0.5, then 4: said once
  CHECK(std::max(first.fell_by, later.fell_by) >= 5);

  // It ends: back to two threads.
  const history freed = run_on(chooser, 1212, 1230, quiet);
  CHECK(chooser.threads() == 2);
  CHECK(freed.told == 0);
}

TEST_CASE("threads come back also where one alone did not notice the other work", "[run]") {
  thread_chooser chooser(2);
  run_on(chooser, 0, 100, quiet);
  run_on(chooser, 100, 200, [](int, int threads) { return threads == 1 ? 1.0 : 1.7; });
  CHECK(chooser.threads() == 1);
  run_on(chooser, 200, 420, quiet);
  CHECK(chooser.threads() == 2);
}

TEST_CASE("single slow steps and small changes change nothing", "[run]") {
  thread_chooser chooser(6);
  run_on(chooser, 0, 20, quiet);
  CHECK(chooser.threads() == 6);
  const history seen = run_on(chooser, 20, 1000, [](int step, int threads) {
    return quiet(step, threads) * (step % 50 == 0 ? 4.0 : step % 3 == 0 ? 1.5 : 1.0);
  });
  CHECK(seen.steps_by_threads.size() == 1);
}

TEST_CASE("of many threads, some counts are tried", "[run]") {
  thread_chooser chooser(6);
  const history seen = run_on(chooser, 0, 13, [](int, int threads) { return threads == 4 ? 1.0 : 2.0; });
  CHECK(seen.steps_by_threads == std::map<int, int>{{6, 4}, {4, 3}, {2, 3}, {1, 3}});
  CHECK(chooser.threads() == 4);
  thread_chooser alone(1);
  CHECK(run_on(alone, 0, 50, quiet).steps_by_threads == std::map<int, int>{{1, 50}});
  CHECK_THROWS_AS(thread_chooser(0), std::invalid_argument);
}

TEST_CASE("the time left follows the last minute", "[run]") {
  recent_speed speed;
  CHECK(speed.seconds_for(10) == 0);
  double now = 3;
  index_t done = 40;
  const auto run = [&](double seconds, double each) {
    for (const double end = now + seconds; now < end;) speed.at(now += each, ++done);
  };
  speed.at(now, done);
  CHECK(speed.steps_per_second() == 0);
  run(0.2, 0.1);
  CHECK(speed.steps_per_second() == Approx(10));
  run(300, 0.1);
  CHECK(speed.seconds_for(100) == Approx(10).epsilon(0.01));
  run(30, 1);  // half a minute of each
  CHECK(speed.steps_per_second() == Approx(5.5).epsilon(0.03));
  run(40, 1);
  CHECK(speed.seconds_for(100) == Approx(100).epsilon(0.02));
  run(300, 200);  // steps that take longer than the window
  CHECK(speed.steps_per_second() == Approx(1.0 / 200).epsilon(0.01));
}
