// SPDX-License-Identifier: BSD-3-Clause
// 07: UniCon in both of its roles. A universum is mixed from the batch; its embeddings are candidates without a class.
#include <iostream>
#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>
#include <vector>

/// The stand-in for a network: out (N, 16) = images (N, 64) times a fixed random matrix.
void encode(const std::vector<double>& images, std::vector<double>& out) {
  out.assign(images.size() / 64 * 16, 0);
  const mixcon::philox_draws weights{.seed = 7};
  for (std::size_t k = 0; k < images.size(); ++k)
    for (std::size_t j = 0; j < 16; ++j)
      out[k / 64 * 16 + j] += images[k] * weights.normal("weight", static_cast<int>(k % 64 * 16 + j)) / 8;
}

int main() {
  const int samples = 8, rows = 2 * samples;
  const std::vector<int> labels{0, 1, 2, 3, 0, 1, 2, 3}, labels_of_rows{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3};
  std::vector<double> images, universum(rows * 64), z_values, u_values;
  for (int k = 0; k < rows * 64; ++k)  // two views of every sample: what its class looks like, and noise
    images.push_back((k % 64 / 16 == k / 64 % 4) + 0.5 * mixcon::philox_draws{.seed = 8}.normal("image", k));

  const auto plan = mixcon::universum<>{}.plan(rows, mixcon::philox_draws{.seed = 9}, labels_of_rows);
  mixcon::blend(plan, mixcon::as_matrix(images, rows, 64), mixcon::as_matrix(universum, rows, 64));
  encode(images, z_values), encode(universum, u_values);
  const auto z = mixcon::as_matrix(z_values, rows, 16), u = mixcon::as_matrix(u_values, rows, 16);
  std::vector<double> z_slopes(z_values.size()), u_slopes(u_values.size());
  const auto by_z = mixcon::as_matrix(z_slopes, rows, 16), by_u = mixcon::as_matrix(u_slopes, rows, 16);

  // The published code: universum rows are all the candidates; those built from the anchor's class attract it.
  const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.1, .base_temperature = 0.1}, mixcon::cosine{}};
  const double code = mixcon::value_and_grad(mixcon::tiled{}, criterion, mixcon::unicon_targets(labels), z, u,
                                             {.anchors = by_z, .candidates = {by_u}});
  std::cout << "universum as candidates " << code << ", d loss / d u(0, 0) " << by_u(0, 0) << '\n';

  // The abstract: real rows of the class attract, universum rows repel. z is anchors and candidates, with one gradient.
  const double negatives =
      mixcon::value_and_grad(mixcon::tiled{}, criterion, mixcon::unicon_negative_targets(labels), z,
                             mixcon::candidates(z, u), {.anchors = by_z, .candidates = {by_z, by_u}});
  std::cout << "universum as negatives  " << negatives << ", d loss / d u(0, 0) " << by_u(0, 0) << '\n';
  return code > 0 && negatives > 0 ? 0 : 1;
}
