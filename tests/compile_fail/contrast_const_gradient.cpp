// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: a gradient must be a tensor of rank 2 that can be written to, of the type
#include <mixcon/mixcon.hpp>

using namespace mixcon;

int main() {
  float data[4] = {1, 2, 3, 4};
  const float gradient[4] = {};
  const matrix_view<const float> z{data, {2, 2}}, g{gradient, {2, 2}};
  value_and_grad(serial{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z, g);
}
