// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gpu/device.cuh"

#include "gpu/row_check.hpp"

namespace mixcon_test {

/// The whole of a program that runs cases on a GPU: a line a check, then the sum. Exit status 1 when a check failed, 77
/// (which ctest takes for skipped) without a GPU.
template <class Cases>
int run_on_device(Cases cases) {
  if (!find_gpu()) return 77;
  row_report report;
  cases(report);
  std::printf("%d passed, %d failed\n", report.passed(), report.failed());
  return report.failed() == 0 && report.passed() > 0 ? 0 : 1;
}

}  // namespace mixcon_test
