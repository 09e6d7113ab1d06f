// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this temporary owns its elements and a view would outlive them; keep it in a variable
#include <mixcon/adapt/tensors/xtensor.hpp>

int main() { return mixcon::view<2>(xt::xarray<float>()).empty(); }
