// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets that Python has made, with the arrays that they refer to.

#include "arrays.hpp"

namespace mixcon_python {

struct held_targets {
  any_targets targets{};
  std::vector<nb::object> kept{};
  bool needs_own = false;  // anchors without candidates of their own would have no positive
};

void define_targets(nb::module_& module);

}  // namespace mixcon_python
