// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: std::vector<bool> has no addressable elements; use std::vector<char>
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

int main() {
  std::vector<bool> visible(8);
  return mixcon::view(visible).empty();
}
