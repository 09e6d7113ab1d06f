// SPDX-License-Identifier: BSD-3-Clause
// 10: the first training steps. A linear encoder learns with NT-Xent: its embeddings go in, their gradient comes out.
#include <iostream>
#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>
#include <vector>

using namespace mixcon;

int main() {
  const index_t samples = 32, inputs = 12, width = 4;
  std::vector<float> x_values(2 * samples * inputs), weights(inputs * width), z_values(2 * samples * width),
      slopes(z_values.size());
  const auto x = as_matrix(x_values, 2 * samples, inputs);  // rows 0..31 are view A, 32..63 view B of the same samples
  const auto w = as_matrix(weights, inputs, width);
  const auto z = as_matrix(z_values, 2 * samples, width), by_z = as_matrix(slopes, 2 * samples, width);
  const philox_draws draws{.seed = 1};
  for (index_t i = 0; i < 2 * samples; ++i)
    for (index_t k = 0; k < inputs; ++k)  // of each sample half of the inputs are the same in both views
      x(i, k) = static_cast<float>(k % 2 == 0 ? draws.normal("sample", i % samples * inputs + k)
                                              : draws.normal("noise", i * inputs + k));
  for (std::size_t k = 0; k < weights.size(); ++k)
    weights[k] = static_cast<float>(draws.normal("weights", static_cast<index_t>(k)));

  float first = 0, last = 0;
  for (int step = 0; step < 200; ++step) {
    // Your network makes the embeddings z (2N, D); here it is z = x w.
    for (index_t i = 0; i < 2 * samples; ++i)
      for (index_t d = 0; d < width; ++d) {
        z(i, d) = 0;
        for (index_t k = 0; k < inputs; ++k) z(i, d) += x(i, k) * w(k, d);
      }

    // mixcon makes the loss and its gradient by z.
    last = value_and_grad(tiled{}, nt_xent(0.2), view_targets{.samples = samples}, z, by_z);
    if (step == 0) first = last;

    // Your network takes the gradient back to its weights; here d loss / d w = x^T by_z.
    for (index_t k = 0; k < inputs; ++k)
      for (index_t d = 0; d < width; ++d)
        for (index_t i = 0; i < 2 * samples; ++i) w(k, d) -= 0.5F * x(i, k) * by_z(i, d);
  }
  std::cout << "loss " << first << " before, " << last << " after 200 steps\n";
  return last < first / 2 ? 0 : 1;
}
