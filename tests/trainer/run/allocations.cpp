// SPDX-License-Identifier: BSD-3-Clause
// What a step of training allocates once the first ones are done. Every thread's allocations are counted.
#include "data/sets/readers.hpp"
#include "run/training_run.hpp"

#include "support/catch.hpp"
#include "support/counted_allocations.hpp"

#include <cstdio>

using namespace mixcon_train;
using mixcon_test::allocations;

TEST_CASE("measure", "[.measure]") {
  for (const char* recipe : {"unicon", "ce"}) {
    const train_and_test data = read_digits();
    training_run run(
        resolved(settings_with({{"recipe", recipe}, {"data", "digits"}, {"threads", "1"}, {"precision", "fp32"}})),
        data.train);
    for (int k = 0; k < 5; ++k) run.step();
    const long before = allocations;
    for (int k = 0; k < 4; ++k) run.step();
    std::printf("%s: %ld a step\n", recipe, (allocations - before) / 4);
  }
}
