// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: the gradient by a parameter (temperature, scale, bias) goes to a double
// at most: 40 lines
#include <mixcon/engine/gradients.hpp>

int main() {
  double by_scale = 0;
  const mixcon::gradients<float> wanted{.scale = by_scale};
  return wanted.scale != nullptr;
}
