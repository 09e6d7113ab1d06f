// SPDX-License-Identifier: BSD-3-Clause
#include "devices/tensor.hpp"

namespace mixcon_train {
inline namespace devices {

std::string to_string(const shape& extents) {
  std::string text = "(";
  for (int axis = 0; axis < extents.rank(); ++axis) text += (axis == 0 ? "" : ", ") + std::to_string(extents[axis]);
  return text + ')';
}

}  // namespace devices
}  // namespace mixcon_train
