// SPDX-License-Identifier: BSD-3-Clause
// Gradients of info_nce, with and without its base temperature, by everything that has one.
#include "engine/gradient_case.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEST_CASE("gradients of info_nce are its derivatives, with every similarity and by every argument", "[engine]") {
  int i = 0;
  check_gradients_with_every_similarity(101, {}, [&](const gradient_case&) {
    return info_nce{.temperature = 1, .base_temperature = ++i % 3 == 0 ? 0.3 : 0};
  });
}
