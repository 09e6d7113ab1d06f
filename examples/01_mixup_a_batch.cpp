// SPDX-License-Identifier: BSD-3-Clause
// 01: mixup of a batch of images. Plan, blend, label, and take the gradient back to the images.
#include <iostream>
#include <vector>

#include <mixcon/mix/labels/pair_targets.hpp>
#include <mixcon/mixcon.hpp>

int main() {
  const mixcon::axes<4> shape{8, 3, 32, 32};  // (N, C, H, W)
  std::vector<float> pixels(8 * 3 * 32 * 32), mixed_pixels(pixels.size()), gradient_values(pixels.size());
  for (std::size_t k = 0; k < pixels.size(); ++k)
    pixels[k] = static_cast<float>(k / (3 * 32 * 32));  // image i is all i
  const mixcon::tensor_view<float, 4> images(pixels.data(), shape), mixed(mixed_pixels.data(), shape),
      gradient(gradient_values.data(), shape);
  const std::vector<int> labels{0, 1, 2, 3, 0, 1, 2, 3};

  const mixcon::mixup<> policy{.lambda = {.alpha = 0.4}, .per = mixcon::granularity::sample};
  const auto plan = policy.plan(8, mixcon::philox_draws{.seed = 1, .step = 0});  // all that is random, drawn at once
  mixcon::blend(plan, images, mixed);

  const auto targets = mixcon::pair_targets_of(plan, labels);
  for (std::size_t i = 0; i < 8; ++i)
    std::cout << "image " << i << " is now " << mixed(static_cast<int>(i), 0, 0, 0) << ": " << targets.lambda[i]
              << " of class " << targets.own[i] << ", the rest of class " << targets.partner[i] << " (image "
              << plan.partner[i] << ")\n";

  mixcon::unblend(plan, mixed, gradient);  // the gradient of half the squared norm of the mixed batch
  double twice_the_loss = 0, along = 0;
  for (std::size_t k = 0; k < pixels.size(); ++k) {
    twice_the_loss += static_cast<double>(mixed_pixels[k] * mixed_pixels[k]);
    along += static_cast<double>(pixels[k] * gradient_values[k]);
  }
  std::cout << "twice the loss, " << twice_the_loss << ", is <images, gradient>, " << along << '\n';  // blend is linear
}
