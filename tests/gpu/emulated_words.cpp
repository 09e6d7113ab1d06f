// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer.
#include "gpu/emulator/emulator.hpp"

#include "gpu/words_cases.hpp"
#include "support/catch.hpp"

TEST_CASE("Every word of kernels does what it says", "[gpu]") {
  for (const auto& how : mixcon::gpu::emulated::every_order()) {
    mixcon::gpu::emulated::the_settings() = how;
    mixcon_test::words_report report;
    mixcon_test::check_every_word(report);
    CHECK(report.failed == 0);
    CHECK(report.passed == 17);
  }
}
