// SPDX-License-Identifier: BSD-3-Clause
#define MIXCON_PHASES
#include "support/catch.hpp"

#include <mixcon/core/phases.hpp>

#include <chrono>
#include <string>
#include <thread>

using namespace mixcon;

namespace {

/// Works for so many milliseconds of the thread's time.
void work(double milliseconds) {
  const auto now = [] {
    std::timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_nsec);
  };
  const double until = now() + milliseconds;
  while (now() < until) {
  }
}

std::string printed() {
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  phases::print(file);
  std::string text(static_cast<std::size_t>(std::ftell(file)), ' ');
  std::rewind(file);
  CHECK(std::fread(text.data(), 1, text.size(), file) == text.size());
  std::fclose(file);
  return text;
}

}  // namespace

TEST_CASE("a phase within another is counted once, and the outer one goes on", "[core]") {
  phases::reset();
  {
    const timed_phase all(phase::rest);
    work(2);
    {
      const timed_phase inner(phase::products);
      work(6);
    }
    work(2);
  }
  work(3);  // in no phase
  CHECK(phases::times(phase::products) == 1);
  CHECK(phases::milliseconds(phase::products) >= 6);
  CHECK(phases::milliseconds(phase::products) < 9);
  CHECK(phases::milliseconds(phase::rest) >= 4);
  CHECK(phases::milliseconds(phase::rest) < 6.5);
  phases::reset();
}

TEST_CASE("threads add their own time, not what they wait", "[core]") {
  phases::reset();
  const auto task = [] {
    const timed_phase weights(phase::weights);
    work(3);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  };
  std::thread one(task), two(task);
  one.join();
  two.join();
  CHECK(phases::times(phase::weights) == 2);
  CHECK(phases::milliseconds(phase::weights) >= 6);
  CHECK(phases::milliseconds(phase::weights) < 20);
  phases::reset();
}

TEST_CASE("the table has a line for each phase that began, and shares of the whole", "[core]") {
  phases::reset();
  CHECK(printed().empty());
  {
    const timed_phase packing(phase::packing);
    work(2);
  }
  const std::string table = printed();
  CHECK_THAT(table, ContainsSubstring("packing rows"));
  CHECK_THAT(table, ContainsSubstring("100.0 %"));
  CHECK_THAT(table, !ContainsSubstring("epilogues"));
  phases::reset();
}
