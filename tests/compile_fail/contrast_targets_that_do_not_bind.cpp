// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: these are no targets; pass view_targets, label_targets
#include <mixcon/mixcon.hpp>

using namespace mixcon;

int main() {
  float data[4] = {1, 2, 3, 4}, gradient[4];
  const matrix_view<const float> z{data, {2, 2}};
  const std::vector<int> labels{0, 0};
  value_and_grad(serial{}, objective{info_nce{}, cosine{}}, labels, z, matrix_view<float>{gradient, {2, 2}});
}
