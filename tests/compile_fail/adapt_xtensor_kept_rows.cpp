// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this xtensor expression is lazy or has no strides; write xt::eval(...)
#include <mixcon/adapt/tensors/xtensor.hpp>

int main() {
  xt::xarray<float> z = xt::zeros<float>({4, 2});
  const auto kept = xt::view(z, xt::keep(0, 2), xt::all());
  return mixcon::view<2>(kept).empty();
}
