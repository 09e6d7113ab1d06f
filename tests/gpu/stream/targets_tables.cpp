// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/targets_agree.hpp"

using namespace mixcon_test;

TEST_CASE("Labels, masks and matrices, uploaded, give emulated device rows what serial gives", "[gpu]") {
  check_targets_agree([](auto&& visit) { for_each_table_of_targets(visit); });
}
