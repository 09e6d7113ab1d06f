// SPDX-License-Identifier: BSD-3-Clause
// Every recipe learns from clips of sound, and goes on with the same bits.
#include "trainer/recipes/short_runs.hpp"

using namespace mixcon_train_tests;

TEST_CASE("every recipe learns from clips, and goes on with the same bits", "[examples]") {
  check_every_recipe({three_classes(sample_kind::clip, {80, 1, 16, 32}, 1),
                      {{"data", "words"}, {"width", "4"}, {"first-stride", "4"}, {"batch", "8"}, {"steps", "24"}}});
}
