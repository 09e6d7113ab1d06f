// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this loss cannot be divided among ranks
#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/relational_distillation.hpp>
#include <mixcon/ranks/ranks.hpp>

#include <vector>

int main() {
  std::vector<double> rows(8, 1), gradient(8);
  const mixcon::matrix_view<double> z{rows.data(), {4, 2}}, by_z{gradient.data(), {4, 2}};
  return mixcon::value_and_grad(mixcon::ranks{mixcon::alone{}, mixcon::serial{}}, mixcon::relational_distillation{}, z,
                                z, {.first = by_z}) > 0;
}
