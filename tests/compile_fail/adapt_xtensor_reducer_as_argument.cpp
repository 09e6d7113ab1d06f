// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this xtensor expression is lazy or has no strides; write xt::eval(...)
#include <mixcon/adapt/tensors/xtensor.hpp>

float loss(mixcon::vector_view<const float> means);

int main() {
  xt::xtensor<float, 2> a({2, 2});
  return loss(xt::sum(a, {0})) > 0;
}
