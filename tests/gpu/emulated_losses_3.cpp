// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulated.hpp"

#include "gpu/losses_cases.hpp"
#include "support/catch.hpp"

TEST_CASE("Every loss in the kernels, emulated on the CPU, agrees with the serial engine, part 3", "[gpu]") {
  mixcon_test::row_report report;
  const int losses = mixcon_test::check_listed_losses<2>(report);
  CHECK(report.failed() == 0);
  CHECK(report.passed() == 2 * losses);
}
