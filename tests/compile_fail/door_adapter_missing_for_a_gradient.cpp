// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: a gradient in braces does not fit; each is a tensor that can be written to
// at most: 40 lines
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

struct tensor_of_elsewhere {};

int main() {
  float data[4] = {1, 2, 3, 4};
  const matrix_view<const float> z{data, {2, 2}};
  tensor_of_elsewhere by_z;
  value_and_grad(serial{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z, z, {.anchors = by_z});
}
