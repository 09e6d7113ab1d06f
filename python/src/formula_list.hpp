// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where the formulas are compiled: a file each, over products of rows and over distances.

#include "call.hpp"

namespace mixcon_python {

/// How many formulas there is room for; CMakeLists.txt has the same number.
constexpr int most_formulas = 24;

/// What runs the formula at a position of `all_losses::formulas`; null where there is none.
template <int Position>
runner runner_of_products();
template <int Position>
runner runner_of_distances();

}  // namespace mixcon_python
