// SPDX-License-Identifier: BSD-3-Clause
// What a step of training allocates once the first ones are done. Every thread's allocations are counted, and those
// that oneDNN makes whenever a kernel runs, about 15 each, which its interface does not let us avoid.
#include "data/sets/readers.hpp"
#include "run/training_run.hpp"

#include "support/catch.hpp"
#include "support/counted_allocations.hpp"

#include <string>
#include <utility>

using namespace mixcon_train;
using mixcon_test::allocations;

TEST_CASE("A step allocates no more than the one before it, and objects of kernels and blocks once", "[run]") {
  const train_and_test data = read_digits();
  // with an object made for each argument of each kernel and each block these were 12926 and 6037
  for (const auto& [recipe, most] : {std::pair<std::string, long>("unicon", 6000), {"ce", 3000}}) {
    training_run run(
        resolved(settings_with({{"recipe", recipe}, {"data", "digits"}, {"threads", "1"}, {"precision", "fp32"}})),
        data.train);
    const auto allocated_by = [&](int steps) {
      const long before = allocations;
      for (int k = 0; k < steps; ++k) run.step();
      return allocations - before;
    };
    allocated_by(5);
    const long first = allocated_by(4), second = allocated_by(4);
    INFO(recipe << ": " << first / 4 << " and " << second / 4 << " allocations per step");
    CHECK(second <= first + first / 50);
    CHECK(second / 4 < most);
#if !defined(MIXCON_TEST_COUNTS_NOTHING)
    CHECK(first > 0);
#endif
  }
}
