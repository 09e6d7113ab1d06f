// SPDX-License-Identifier: BSD-3-Clause
// 08: i-Mix. The plan that mixes the inputs also mixes the targets, and takes the gradient back to the inputs.
#include <cmath>
#include <iostream>
#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>
#include <vector>

int main() {
  const int samples = 16, width = 24;
  std::vector<double> inputs, keys, mixed_values(samples * width), slopes(samples * width), input_slopes(slopes.size());
  for (int k = 0; k < samples * width; ++k) {  // two views of each sample; the network is the identity here
    inputs.push_back(mixcon::philox_draws{.seed = 1}.normal("sample", k));
    keys.push_back(inputs.back() + 0.3 * mixcon::philox_draws{.seed = 1}.normal("noise", k));
  }
  const auto x = mixcon::as_matrix(inputs, samples, width), key = mixcon::as_matrix(keys, samples, width);
  const auto mixed = mixcon::as_matrix(mixed_values, samples, width);
  const auto by_mixed = mixcon::as_matrix(slopes, samples, width);
  const auto by_input = mixcon::as_matrix(input_slopes, samples, width);

  const mixcon::mixup<mixcon::folded<>> policy{.per = mixcon::granularity::sample};
  const auto plan = policy.plan(samples, mixcon::philox_draws{.seed = 2});
  mixcon::blend(plan, x, mixed);

  // N-pair with virtual labels: lambda at the own key, 1 - lambda at the partner's.
  const mixcon::objective n_pair{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  const mixcon::mixed_targets targets{mixcon::diagonal_targets{}, plan};
  const double loss = mixcon::value_and_grad(mixcon::tiled{}, n_pair, targets, mixed, key, {.anchors = by_mixed});
  mixcon::unblend(plan, by_mixed, by_input);

  const double step = 1e-6;
  x(3, 5) += step;
  mixcon::blend(plan, x, mixed);
  mixcon::saved_for<decltype(n_pair), decltype(x)> saved;
  const double difference = (mixcon::forward(mixcon::tiled{}, n_pair, targets, mixed, key, saved) - loss) / step;
  std::cout << "loss " << loss << "; slope by input (3, 5): " << by_input(3, 5) << ", by differences " << difference
            << '\n';
  return std::abs(by_input(3, 5) - difference) < 1e-5 ? 0 : 1;
}
