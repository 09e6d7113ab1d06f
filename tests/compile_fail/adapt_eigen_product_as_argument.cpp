// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this Eigen expression owns no memory; call .eval() and pass the result
#include <mixcon/adapt/tensors/eigen.hpp>

float loss(mixcon::matrix_view<const float> z);

int main() {
  Eigen::MatrixXf a(2, 2);
  return loss(a * a) > 0;
}
