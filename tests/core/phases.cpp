// SPDX-License-Identifier: BSD-3-Clause
#define MIXCON_PHASES
#include "support/catch.hpp"

#include <mixcon/core/phases.hpp>

#include <chrono>
#include <string>
#include <thread>

using namespace mixcon;

namespace {

/// Works for so many milliseconds, and a little more.
void work(double milliseconds) {
  using clock = std::chrono::steady_clock;
  const auto begin = clock::now();
  while (std::chrono::duration<double, std::milli>(clock::now() - begin).count() < milliseconds * 1.001) {
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
  const auto begin = std::chrono::steady_clock::now();
  {
    const timed_phase all(phase::rest);
    work(2);
    {
      const timed_phase inner(phase::products);
      work(6);
    }
    work(2);
  }
  const double whole =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count() * 1.001;
  work(3);  // in no phase
  CHECK(phases::times(phase::products) == 1);
  CHECK(phases::milliseconds(phase::products) >= 6);
  CHECK(phases::milliseconds(phase::rest) >= 4);
  CHECK(phases::milliseconds(phase::products) + phases::milliseconds(phase::rest) <= whole);
  phases::reset();
}

TEST_CASE("one clock goes on with another phase, and threads add up", "[core]") {
  phases::reset();
  const auto task = [] {
    timed_phase part(phase::weights);
    work(3);
    part.then(phase::gradients);
    work(5);
  };
  std::thread one(task), two(task);
  one.join();
  two.join();
  CHECK(phases::times(phase::weights) == 2);
  CHECK(phases::milliseconds(phase::weights) >= 6);
  CHECK(phases::milliseconds(phase::gradients) >= 10);
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
