// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulated.hpp"

#include "gpu/sort_cases.hpp"
#include "support/catch.hpp"

TEST_CASE("Sorts and run lengths of the emulated build agree with a map", "[gpu]") {
  mixcon_test::sort_report report;
  mixcon_test::check_every_sort(report);
  CHECK(report.failed == 0);
  CHECK(report.passed == 6 * 8);
}
