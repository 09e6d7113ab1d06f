// SPDX-License-Identifier: BSD-3-Clause
// Gradients of supcon_inside by everything that has one.
#include "engine/gradient_case.hpp"

#include <mixcon/losses/supcon_inside.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEST_CASE("gradients of supcon_inside are its derivatives, with every similarity and by every argument", "[engine]") {
  check_gradients_with_every_similarity(102, {.hidden_positives = false},
                                        [](const gradient_case&) { return supcon_inside{}; });
}
