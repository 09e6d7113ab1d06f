// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this Eigen expression owns no memory; call .eval() and pass the result
#include <mixcon/adapt/tensors/eigen.hpp>

int main() {
  Eigen::MatrixXf a(2, 2), b(2, 2);
  const auto lazy = a + b;
  return mixcon::view(lazy).empty();
}
