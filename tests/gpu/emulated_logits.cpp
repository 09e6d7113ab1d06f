// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulated.hpp"

#include "gpu/logits_cases.hpp"
#include "support/catch.hpp"

TEST_CASE("Every similarity and form of logits in the kernels, emulated on the CPU, agrees with the serial engine",
          "[gpu]") {
  mixcon_test::row_report report;
  mixcon_test::check_every_logit(report);
  CHECK(report.failed() == 0);
  CHECK(report.passed() == 2 * 9);
}
