// SPDX-License-Identifier: BSD-3-Clause
// Runs kernels on the CPU. Include this before any header of mixcon/gpu/ that has kernels, and their sources compile
// with an ordinary C++20 compiler; see cuda/README.md for what it finds.
#pragma once

#include "gpu/emulator/primitives.hpp"
#include "gpu/emulator/runtime.hpp"
#include "gpu/emulator/sort.hpp"
#include "gpu/emulator/words.hpp"

/// mixcon/gpu/device.cuh and launch.cuh take their host bodies from here.
#define MIXCON_GPU_EMULATED
