// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: the gradient by a parameter (temperature, scale, bias) goes to a double
// at most: 40 lines
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/engine/serial.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

int main() {
  float data[4] = {1, 2, 3, 4}, gradient[4], by_temperature;
  const matrix_view<const float> z{data, {2, 2}};
  value_and_grad(serial{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z, z,
                 {.anchors = matrix_view<float>{gradient, {2, 2}}, .temperature = &by_temperature});
}
