// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulated.hpp"

#include "gpu/composed_targets_cases.hpp"
#include "gpu/simple_targets_cases.hpp"
#include "support/catch.hpp"

TEST_CASE("Every targets rule in the kernels, emulated on the CPU, agrees with the serial engine", "[gpu]") {
  mixcon_test::row_report report;
  mixcon_test::check_simple_targets(report);
  mixcon_test::check_composed_targets(report);
  CHECK(report.failed() == 0);
  CHECK(report.passed() == 36);
}
