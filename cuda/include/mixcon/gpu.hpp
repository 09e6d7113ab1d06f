// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// GPU calls from plain C++, without CUDA's headers or nvcc: link mixcon::cuda, which has their kernels.

#include <mixcon/gpu/compiled/executor.hpp>
#include <mixcon/gpu/compiled/pairs.hpp>
