// SPDX-License-Identifier: BSD-3-Clause
// A stranger's program: the loss of two views of one sample, whose rows are alike, beside another's.
#include <mixcon/mixcon.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

int main() {
  const std::vector<float> rows{1, 0, 0, 1, 1, 0, 0, 1};  // (4, 2): views A of two samples, then their views B
  std::vector<float> gradient(rows.size());
  const mixcon::objective nt_xent{mixcon::info_nce{.temperature = 1}};
  const auto loss = mixcon::value_and_grad(mixcon::tiled{}, nt_xent, mixcon::view_targets{.samples = 2},
                                           mixcon::matrix_view<const float>{rows.data(), {4, 2}},
                                           mixcon::matrix_view<float>{gradient.data(), {4, 2}});
  const double expected = std::log(1 + 2 * std::exp(-1.0));
  std::printf("mixcon %d: loss %g, expected %g\n", MIXCON_VERSION, static_cast<double>(loss.value), expected);
  return std::abs(static_cast<double>(loss.value) - expected) < 1e-6 ? 0 : 1;
}
