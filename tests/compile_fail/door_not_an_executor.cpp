// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: the first argument is no executor; pass serial{}, tiled{}
// at most: 40 lines
#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

struct my_pool {};

int main() {
  float data[4] = {1, 2, 3, 4}, gradient[4];
  const matrix_view<const float> z{data, {2, 2}};
  value_and_grad(my_pool{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z,
                 matrix_view<float>{gradient, {2, 2}});
}
