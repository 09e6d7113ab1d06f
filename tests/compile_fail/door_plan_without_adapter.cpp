// SPDX-License-Identifier: BSD-3-Clause
// expect: mixcon: this type is no tensor yet; include its adapter (mixcon/adapt/...)
// at most: 40 lines
#include <mixcon/core/samplers.hpp>
#include <mixcon/mix/saliencymix.hpp>

struct tensor_of_elsewhere {};

int main() {
  const mixcon::philox_draws draws{.seed = 1, .step = 0};
  const tensor_of_elsewhere saliency{};
  return mixcon::saliencymix<>{}.plan(mixcon::image_shape{.samples = 2, .rows = 4, .columns = 4}, draws, saliency).samples() > 0;
}
