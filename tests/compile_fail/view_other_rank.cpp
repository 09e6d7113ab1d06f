// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this tensor has another rank than the one asked for
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

int main() {
  std::vector<float> flat(6);
  return mixcon::view<2>(flat).empty();
}
