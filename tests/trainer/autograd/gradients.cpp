// SPDX-License-Identifier: BSD-3-Clause
#include "devices/reference_device.hpp"

namespace mixcon_train {
using tested_device = reference_device;
}

#include "trainer/autograd/gradients_cases.hpp"
