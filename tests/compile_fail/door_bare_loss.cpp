// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this is a bare loss and an objective is expected; write objective{info_nce{...}, cosine{}}
// at most: 40 lines
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

int main() {
  float data[4] = {1, 2, 3, 4}, gradient[4];
  const matrix_view<const float> z{data, {2, 2}};
  value_and_grad(serial{}, info_nce{.temperature = 0.2}, diagonal_targets{}, z, matrix_view<float>{gradient, {2, 2}});
}
