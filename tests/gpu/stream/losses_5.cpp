// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/losses.hpp"
#include "support/catch.hpp"

TEST_CASE("Losses on emulated device rows agree with serial over every targets, part 5 of 10", "[gpu]") {
  int checks = 0;
  const auto wrong = mixcon_test::wrong_losses<5>(checks);
  for (const auto& line : wrong) UNSCOPED_INFO(line);
  CHECK(wrong.empty());
  CHECK(checks > 22);
}
