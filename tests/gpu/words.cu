// SPDX-License-Identifier: BSD-3-Clause
// The same cases as emulated_words.cpp, on a GPU.
#include "gpu/device.cuh"

#include "gpu/words_cases.hpp"

int main() {
  if (!mixcon_test::find_gpu()) return 77;
  mixcon_test::words_report report;
  mixcon_test::check_every_word(report);
  std::printf("%d passed, %d failed\n", report.passed, report.failed);
  return report.failed == 0 && report.passed > 0 ? 0 : 1;
}
