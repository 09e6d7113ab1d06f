// SPDX-License-Identifier: BSD-3-Clause
// Catch2 beside LibTorch, which has a macro CHECK too: include this first.
#pragma once

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#undef CHECK
#include "support/catch.hpp"
