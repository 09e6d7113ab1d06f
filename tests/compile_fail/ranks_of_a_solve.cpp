// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this loss of aligned rows cannot be divided among ranks
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/mmcl.hpp>
#include <mixcon/ranks/aligned.hpp>

#include <vector>

int main() {
  std::vector<double> rows(8, 1);
  const mixcon::matrix_view<double> z{rows.data(), {4, 2}};
  return mixcon::forward(mixcon::ranks{mixcon::alone{}, mixcon::serial{}}, mixcon::mmcl{}, z, z) > 0;
}
