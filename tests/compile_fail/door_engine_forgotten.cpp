// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: the engine is missing; it comes first, as in value_and_grad(tiled{}, objective, targets, ...)
// at most: 40 lines
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;

int main() {
  float data[4] = {1, 2, 3, 4}, gradient[4];
  const matrix_view<const float> z{data, {2, 2}};
  const auto loss =
      value_and_grad(objective{info_nce{}, cosine{}}, diagonal_targets{}, z, matrix_view<float>{gradient, {2, 2}});
  return loss.value > 0;
}
