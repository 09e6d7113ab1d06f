// SPDX-License-Identifier: BSD-3-Clause
// 00: the program of the README. Two losses of two views of a batch, and their gradients, on plain vectors.
#include <iostream>
#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>
#include <vector>

using namespace mixcon;

int main() {
  const index_t samples = 32, width = 16;
  std::vector<float> rows(2 * samples * width), slopes(rows.size());  // rows 0..31 are view A, 32..63 view B
  for (std::size_t k = 0; k < rows.size(); ++k)
    rows[k] = static_cast<float>(philox_draws{.seed = 1}.normal("rows", static_cast<index_t>(k)));
  std::vector<int> labels;
  for (int i = 0; i < samples; ++i) labels.push_back(i % 10);

  const auto z = as_matrix(rows, 2 * samples, width);
  const auto gradient = as_matrix(slopes, 2 * samples, width);

  // Without labels: each row should find the other view of its sample.
  const auto simclr = value_and_grad(tiled{}, nt_xent(0.5), view_targets{.samples = samples}, z, gradient);

  // With labels: each row should find all rows of its class.
  const label_targets classes{.labels = labels, .views = 2};
  const auto supervised = value_and_grad(tiled{}, supcon(0.1), classes, z, gradient);  // sets the gradient

  std::cout << "nt_xent " << simclr.value << ", supcon " << supervised.value << '\n';
}
