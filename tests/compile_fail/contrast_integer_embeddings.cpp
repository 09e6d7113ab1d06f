// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: embeddings must be float, double, long double, bfloat16 or half
#include <mixcon/mixcon.hpp>

using namespace mixcon;

int main() {
  int data[4] = {1, 2, 3, 4};
  const matrix_view<int> z{data, {2, 2}};
  objective nce{info_nce{}, cosine{}};
  float gradient[4];
  value_and_grad(serial{}, nce, diagonal_targets{}, z, matrix_view<float>{gradient, {2, 2}});
}
