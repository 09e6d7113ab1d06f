// SPDX-License-Identifier: BSD-3-Clause
// 02: NT-Xent with Eigen. The loss of two views of a batch, its gradient, and a few steps down it.
#include <iostream>
#include <mixcon/adapt/tensors/eigen.hpp>
#include <mixcon/mixcon.hpp>

int main() {
  using embeddings = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const int samples = 32, width = 128;
  embeddings z(2 * samples, width);  // rows 0..31 are view A, 32..63 view B
  for (int k = 0; k < z.size(); ++k)
    z.data()[k] = static_cast<float>(mixcon::philox_draws{.seed = 1}.normal("embeddings", k));
  embeddings gradient(2 * samples, width);

  const mixcon::objective nt_xent{mixcon::info_nce{.temperature = 0.1}, mixcon::cosine{}};
  const mixcon::view_targets targets{.samples = samples};
  const auto first = mixcon::value_and_grad(mixcon::tiled{}, nt_xent, targets, z, gradient);
  std::cout << "loss " << first.value << ", gradient norm " << gradient.norm() << '\n';  // unrelated rows: about 4.5

  for (int step = 0; step < 20; ++step) {
    z -= 100 * gradient;
    mixcon::value_and_grad(mixcon::tiled{}, nt_xent, targets, z, gradient);
  }
  const Eigen::MatrixXf by_columns = z;  // column-major: another layout of the same rows, read as it is
  mixcon::saved_for<decltype(nt_xent), embeddings> saved;
  const auto last = mixcon::forward(mixcon::tiled{}, nt_xent, targets, by_columns, saved);
  std::cout << "after 20 steps " << last.value << '\n';
  return last < first / 10 ? 0 : 1;
}
