// SPDX-License-Identifier: BSD-3-Clause
// mixcon.hpp in a CUDA file: everything but `tiled` is there, and its host code runs.
#include <cmath>
#include <cstdio>
#include <mixcon/mixcon.hpp>

int main() {
  float rows[8] = {1, 0, 0, 1, 1, 0, 0, 1}, slopes[8];  // two views of two samples, equal
  const mixcon::matrix_view<float> embeddings{rows, {4, 2}}, gradient{slopes, {4, 2}};
  const mixcon::objective nt_xent{mixcon::info_nce{.temperature = 1}, mixcon::cosine{}};
  const mixcon::view_targets targets{.samples = 2};
  const float loss = mixcon::value_and_grad(mixcon::serial{}, nt_xent, targets, embeddings, gradient);
  const float expected = std::log(1 + 2 * std::exp(-1.0F));

  const auto plan = mixcon::mixup<>{}.plan(4, mixcon::philox_draws{.seed = 1});
  mixcon::blend(plan, embeddings, gradient);
  const bool mixed = slopes[0] + slopes[1] > 0.999F && slopes[0] + slopes[1] < 1.001F;
  std::printf("loss %g, expected %g; a mixed row sums to %g\n", double{loss}, double{expected},
              double{slopes[0]} + double{slopes[1]});
  return std::fabs(loss - expected) < 1e-6F && mixed ? 0 : 1;
}
