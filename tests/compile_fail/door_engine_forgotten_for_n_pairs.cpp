// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: the engine is missing; it comes first, as in value_and_grad(tiled{}, objective, targets, ...)
// at most: 40 lines
#include <mixcon/losses/n_pairs.hpp>

using namespace mixcon;

int main() {
  float data[4] = {1, 2, 3, 4}, gradient[4];
  const matrix_view<const float> z{data, {2, 2}};
  const std::vector<int> labels{0, 0};
  value_and_grad(n_pairs{}, label_targets{.labels = labels}, z, matrix_view<float>{gradient, {2, 2}});
}
