// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: tiled{} computes in float or double; use serial{} for long double rows
#include <mixcon/mixcon.hpp>

using namespace mixcon;

int main() {
  long double data[4] = {1, 2, 3, 4}, gradient[4];
  const matrix_view<long double> z{data, {2, 2}}, g{gradient, {2, 2}};
  value_and_grad(tiled{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, z, g);
}
