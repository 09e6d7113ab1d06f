// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: ranks do not know how these targets of one rank's rows go on to the rows of others
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/ranks/ranks.hpp>

#include <vector>

int main() {
  std::vector<double> rows(8, 1), gradient(8);
  const mixcon::matrix_view<double> z{rows.data(), {4, 2}}, by_z{gradient.data(), {4, 2}};
  return mixcon::value_and_grad(mixcon::ranks{mixcon::alone{}, mixcon::serial{}}, mixcon::objective{mixcon::info_nce{}},
                                mixcon::mask_targets(z), z, by_z) > 0;
}
