// SPDX-License-Identifier: BSD-3-Clause
// A family of the compiled library mixcon::cuda, for the emulator: what tests/gpu/compiled links.
#include "gpu/emulator/emulator.hpp"

#include "../../cuda/src/compiled/memory.cu"
#include "../../cuda/src/compiled/views.cu"
