// SPDX-License-Identifier: BSD-3-Clause
// 03: SupCon with xtensor, in both of its forms. The embeddings are a part of a wider array and are read in place.
#include <iostream>
#include <mixcon/adapt/tensors/xtensor.hpp>
#include <mixcon/mixcon.hpp>
#include <vector>

int main() {
  const int samples = 24, width = 16;
  xt::xtensor<double, 2> features = xt::zeros<double>({2 * samples, 3 * width});
  for (int i = 0; i < 2 * samples; ++i)
    for (int k = 0; k < 3 * width; ++k)
      features(i, k) = mixcon::philox_draws{.seed = 3}.normal("features", i * 3 * width + k);
  auto embeddings = xt::view(features, xt::all(), xt::range(width, 2 * width));  // (2 N, D), every row 3 D apart

  std::vector<int> labels;  // (N): of samples, not of rows
  for (int i = 0; i < samples; ++i) labels.push_back(i % 4);
  const mixcon::label_targets targets{.labels = labels, .views = 2};

  const mixcon::objective outside{mixcon::info_nce{.temperature = 0.1}, mixcon::cosine{}};
  const mixcon::objective inside{mixcon::supcon_inside{.temperature = 0.1}, mixcon::cosine{}};
  xt::xtensor<double, 2> by_outside = xt::zeros<double>({2 * samples, width});
  xt::xtensor<double, 2> by_inside = by_outside;
  const double sum_outside = mixcon::value_and_grad(mixcon::tiled{}, outside, targets, embeddings, by_outside);
  const double sum_inside = mixcon::value_and_grad(mixcon::tiled{}, inside, targets, embeddings, by_inside);

  std::cout << "sum outside the logarithm " << sum_outside << ", inside " << sum_inside << '\n';
  double radial = 0;  // cosine does not see lengths, so no gradient row has a part along its own row
  for (int k = 0; k < width; ++k) radial += by_outside(0, k) * embeddings(0, k) + by_inside(0, k) * embeddings(0, k);
  std::cout << "gradient along row 0 " << radial << '\n';
  return sum_inside <= sum_outside && radial * radial < 1e-24 ? 0 : 1;
}
