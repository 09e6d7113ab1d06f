// SPDX-License-Identifier: BSD-3-Clause
// The operators: functions of variables that leave nodes. Shapes that do not fit are refused with one sentence
// (std::invalid_argument). The losses of mixcon and its blends are nodes too, in headers of their own.
#pragma once

#include "autograd/cross_entropy.hpp"
#include "autograd/dropout.hpp"
#include "autograd/elementwise.hpp"
#include "autograd/mask_blend.hpp"
#include "autograd/normalisation.hpp"
#include "autograd/pooling.hpp"
#include "autograd/products.hpp"
#include "autograd/rows.hpp"
#include "autograd/shapes.hpp"
#include "autograd/softmax.hpp"
#include "autograd/sums.hpp"
#include "autograd/upsampling.hpp"
