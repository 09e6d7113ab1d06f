// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulated.hpp"

#include "gpu/losses_cases.hpp"
#include "support/catch.hpp"

TEST_CASE(
    "Every loss, similarity and form of logits in the kernels, emulated on the CPU, agrees with the serial engine",
    "[gpu]") {
  mixcon_test::row_report report;
  mixcon_test::check_losses(report);
  CHECK(report.failed() == 0);
  CHECK(report.passed() == 2 * (mixcon_test::losses_of_anchors(static_cast<const mixcon::all_losses*>(nullptr)) + 9));
}
