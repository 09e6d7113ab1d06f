// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: the engine is missing; it comes first, as in value_and_grad(tiled{}, objective, targets, ...)
// at most: 40 lines
#include <mixcon/losses/soft_binary_cross_entropy.hpp>

using namespace mixcon;

int main() {
  double data[4] = {1, 0, 0, 1}, gradient[4];
  const matrix_view<const double> soft{data, {2, 2}};
  value_and_grad(soft_binary_cross_entropy{}, soft, given_logits{soft},
                 {.logits = matrix_view<double>{gradient, {2, 2}}});
}
