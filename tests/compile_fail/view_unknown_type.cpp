// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this type is no tensor yet; include its adapter (mixcon/adapt/...)
#include <mixcon/core/tensor_traits.hpp>

struct my_matrix {
  float* data;
  int rows, columns;
};

int main() {
  my_matrix z{};
  return mixcon::view(z).empty();
}
