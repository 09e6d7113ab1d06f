// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: the rank of this tensor is known at run time only; write view<2>(tensor) for the rank you expect
#include <mixcon/adapt/tensors/xtensor.hpp>

int main() {
  xt::xarray<float> z = xt::zeros<float>({4, 2});
  return mixcon::view(z).empty();
}
