// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/run_on_device.cuh"

#include "gpu/losses_cases.hpp"

int main() { return mixcon_test::run_on_device(mixcon_test::check_listed_losses<2>); }
