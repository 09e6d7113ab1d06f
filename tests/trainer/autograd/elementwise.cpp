// SPDX-License-Identifier: BSD-3-Clause
#include "devices/reference_device.hpp"

namespace mixcon_train {
using tested_device = reference_device;
}

#include "trainer/autograd/elementwise_cases.hpp"
