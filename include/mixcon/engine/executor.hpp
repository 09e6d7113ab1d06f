// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The executors of this library. What an executor is, and all that one must have, stands in core/executor.hpp.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/core/executor.hpp>

#include <mixcon/engine/serial.hpp>
#if !defined(__CUDACC__)  // nvcc has no vector registers: call `tiled` from a file of the host's compiler
#include <mixcon/engine/tiled.hpp>
#endif
