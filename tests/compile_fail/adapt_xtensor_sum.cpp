// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this xtensor expression is lazy or has no strides; write xt::eval(...)
#include <mixcon/adapt/tensors/xtensor.hpp>

int main() {
  xt::xtensor<float, 2> a({2, 2}), b({2, 2});
  const auto lazy = a + b;
  return mixcon::view(lazy).empty();
}
