// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/onednn_device.hpp"

#include <vector>

namespace mixcon_train {

/// Those that this processor has.
inline std::vector<precision> all_precisions() {
  std::vector<precision> found{precision::fp32};
  if (onednn_device::has(precision::bf16)) found.push_back(precision::bf16);
  return found;
}

}  // namespace mixcon_train
