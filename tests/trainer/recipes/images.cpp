// SPDX-License-Identifier: BSD-3-Clause
// Every recipe learns from images.
#include "data/sets/readers.hpp"
#include "trainer/recipes/short_runs.hpp"

using namespace mixcon_train_tests;

TEST_CASE("every recipe learns from images", "[examples]") {
  const data_set digits = part_of(read_digits().train, 0, 160);
  const kind_case of{digits, {{"data", "digits"}, {"width", "4"}, {"batch", "16"}}};
  for (const std::string& recipe : recipe_names()) {
    DYNAMIC_SECTION(recipe) {
      training_run run = new_run(of, recipe);
      for (int k = 0; k < begin_of(recipe); ++k) run.step();
      const checkpoint begun = run.state();
      finish(run);
      check_falls(begun, run.state(), digits, recipe);
    }
  }
}
