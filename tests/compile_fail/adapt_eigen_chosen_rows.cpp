// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this Eigen expression owns no memory; call .eval() and pass the result
#include <mixcon/adapt/tensors/eigen.hpp>

#include <vector>

int main() {
  Eigen::MatrixXf z(4, 2);
  const auto chosen = z(std::vector<int>{0, 2}, Eigen::all);
  return mixcon::view(chosen).empty();
}
