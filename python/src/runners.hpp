// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What runs the losses of each shape, by the name of their C++ type; null where there is none of that name.

#include "call.hpp"

#include <string_view>

namespace mixcon_python {

runner runner_of_formula(std::string_view type, likeness similarity);
runner runner_of_paired(std::string_view type);
/// Whether it is a loss of aligned rows that can be computed over processes.
bool is_divided_paired(std::string_view type);
runner runner_of_labelled(std::string_view type);
/// The softmax cross entropy of given logits.
runner runner_of_logits();

}  // namespace mixcon_python
