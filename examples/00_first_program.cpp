// SPDX-License-Identifier: BSD-3-Clause
// 00: the program of the README. The NT-Xent loss of two views of a batch, and its gradient, on plain vectors.
#include <iostream>
#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>
#include <vector>

int main() {
  const int samples = 32, width = 16;
  std::vector<float> rows(2 * samples * width), slopes(rows.size());
  for (int k = 0; k < 2 * samples * width; ++k)
    rows[static_cast<std::size_t>(k)] = static_cast<float>(mixcon::philox_draws{.seed = 1}.normal("rows", k));
  const auto embeddings = mixcon::as_matrix(rows, 2 * samples, width);  // rows 0..31 are view A, 32..63 view B
  const auto gradient = mixcon::as_matrix(slopes, 2 * samples, width);

  const mixcon::objective nt_xent{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  const mixcon::view_targets targets{.samples = samples};
  const auto loss = mixcon::value_and_grad(mixcon::tiled{}, nt_xent, targets, embeddings, gradient);
  std::cout << "loss " << loss.value << " over " << loss.anchors_used << " anchors\n";
}
