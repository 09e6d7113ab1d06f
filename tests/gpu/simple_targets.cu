// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/run_on_device.cuh"

#include "gpu/simple_targets_cases.hpp"

int main() { return mixcon_test::run_on_device(mixcon_test::check_simple_targets); }
