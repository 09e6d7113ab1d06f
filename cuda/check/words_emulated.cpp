// SPDX-License-Identifier: BSD-3-Clause
// The words of kernels on the CPU, for cuda/check.sh --dry-run; tests/gpu/emulated_words.cpp runs them in every order.
#include "gpu/emulator/emulator.hpp"

#include "gpu/words_cases.hpp"

int main() {
  mixcon_test::words_report report;
  mixcon_test::check_every_word(report);
  std::printf("%d passed, %d failed\n", report.passed, report.failed);
  return report.failed == 0 && report.passed > 0 ? 0 : 1;
}
