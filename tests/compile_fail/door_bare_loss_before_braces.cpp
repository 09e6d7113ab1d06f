// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this is a bare loss and an objective is expected; write objective{info_nce{...}, cosine{}}
// at most: 40 lines
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/siglip.hpp>

using namespace mixcon;

int main() {
  float data[4] = {1, 2, 3, 4};
  const matrix_view<const float> z{data, {2, 2}};
  double by_scale;
  return value_and_grad(serial{}, siglip{}, diagonal_targets{}, z, z, {.scale = &by_scale}).value > 0;
}
