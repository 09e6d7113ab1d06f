// SPDX-License-Identifier: BSD-3-Clause
// Training steps of a residual network of the examples: forward, backward and SGD with momentum, in images per second.
// benchmarks/peers/networks.py runs it beside PyTorch.
#include "devices/onednn_device.hpp"
#include "nn/layers.hpp"
#include "nn/resnet.hpp"
#include "optimisers/sgd.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

using namespace mixcon_train;

namespace {

/// Images per second over `seconds`, after three steps that nobody counts.
double measured(device& on, int depth, index_t channels, index_t side, index_t batch, double seconds) {
  resnet network(on, {.depth = depth, .channels = channels});
  linear_layer classifier(on, network.features(), 10, weight_draws(1));
  std::vector<parameter> trained = network.parameters();
  for (const parameter& p : classifier.parameters()) trained.push_back(p);
  sgd optimiser(trained, 0.9, 1e-4);
  const shape extents{batch, channels, side, side};
  std::vector<float> images;
  for (index_t k = 0; k < extents.size(); ++k)
    images.push_back(static_cast<float>(mixcon::philox_draws{.seed = 1}.normal("images", k)));
  std::vector<int> labels;
  for (index_t i = 0; i < batch; ++i) labels.push_back(static_cast<int>(i % 10));
  const auto step = [&] {
    const variable input(tensor_of(on, extents, images.data()));
    backward(cross_entropy(classifier.forward(network.forward(input)), labels));
    optimiser.step(0.01);
  };
  for (int k = 0; k < 3; ++k) step();
  const index_t allocations = on.allocations();
  const auto start = std::chrono::steady_clock::now();
  double passed = 0;
  index_t steps = 0;
  do {
    step();
    ++steps;
    passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  } while (passed < seconds);
  if (on.allocations() != allocations) std::cerr << "a step took memory from the system\n";
  return static_cast<double>(steps * batch) / passed;
}

}  // namespace

int main(int count, char** words) {
  if (count != 8) {
    std::cerr << "usage: peers_networks DEPTH CHANNELS SIDE BATCH fp32|bf16 THREADS SECONDS\n";
    return 2;
  }
  onednn_device on(words[5] == std::string("bf16") ? precision::bf16 : precision::fp32, std::atoi(words[6]));
  std::cout << measured(on, std::atoi(words[1]), std::atoll(words[2]), std::atoll(words[3]), std::atoll(words[4]),
                        std::atof(words[7]))
            << std::endl;
}
