// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/trainer/emulated_device.hpp"

namespace mixcon_train {
using tested_device = emulated_device<double>;
}

#include "trainer/autograd/rows_and_masks_cases.hpp"
