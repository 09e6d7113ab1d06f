// SPDX-License-Identifier: BSD-3-Clause
#include "devices/reference_device.hpp"

namespace mixcon_train {
using tested_device = reference_device;
}

#include "trainer/autograd/rows_and_masks_cases.hpp"
