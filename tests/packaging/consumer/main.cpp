// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

int main() {
  std::vector<float> lambdas{0.25f, 0.75f};
  return mixcon::view(lambdas)[1] == 0.75f && MIXCON_VERSION >= 100 ? 0 : 1;
}
