// SPDX-License-Identifier: BSD-3-Clause
// What oneDNN's device computes does not depend on how many threads it has.
#include "devices/onednn_device.hpp"
#include "nn/layers.hpp"
#include "nn/resnet.hpp"
#include "optimisers/sgd.hpp"
#include "support/catch.hpp"
#include "trainer/devices/precisions.hpp"

#include <mixcon/mix/draw/draws.hpp>

using namespace mixcon_train;

namespace {

/// All parameters after three steps of a small network, the loss of each step, and how often memory was taken in the
/// last one; step k runs on threads[k].
struct trained {
  std::vector<float> numbers{};
  index_t allocations_of_last = 0;
};
trained three_steps(precision activations, const std::vector<int>& threads) {
  onednn_device on(activations, threads[0]);
  resnet network(on, {.depth = 8, .channels = 3, .width = 12});
  linear_layer classifier(on, network.features(), 10, weight_draws(1));
  std::vector<parameter> parameters = network.parameters();
  for (const parameter& p : classifier.parameters()) parameters.push_back(p);
  sgd optimiser(parameters, 0.9, 1e-4);

  const shape extents{53, 3, 12, 12};  // three slices, not all of one size
  std::vector<float> images;
  for (index_t k = 0; k < extents.size(); ++k)
    images.push_back(static_cast<float>(mixcon::philox_draws{.seed = 1}.normal("images", k)));
  std::vector<int> labels;
  for (int i = 0; i < 53; ++i) labels.push_back(i % 10);

  trained made;
  for (const int number : threads) {
    on.set_threads(number);
    const index_t before = on.allocations();
    const variable input(tensor_of(on, extents, images.data()));
    const variable loss = cross_entropy(classifier.forward(network.forward(input)), labels);
    backward(loss);
    optimiser.step(0.05);
    made.numbers.push_back(static_cast<float>(loss.number()));
    made.allocations_of_last = on.allocations() - before;
  }
  for (const parameter& p : parameters) {
    const std::size_t size = made.numbers.size();
    made.numbers.resize(size + static_cast<std::size_t>(p.value.extents().size()));
    copy_numbers(p.value.value(), made.numbers.data() + size);
  }
  return made;
}

}  // namespace

TEST_CASE("one, two and three threads, also in turn, give the same bits", "[devices]") {
  for (const precision activations : all_precisions()) {
    const trained alone = three_steps(activations, {1, 1, 1});
    CHECK(alone.numbers[2] < alone.numbers[0]);  // the loss falls: there is something to compare
    for (const std::vector<int>& threads : {std::vector<int>{2, 2, 2}, {3, 3, 3}, {2, 1, 3}})
      CHECK(three_steps(activations, threads).numbers == alone.numbers);
  }
}

TEST_CASE("a whole step with its optimiser takes no memory from the system again", "[devices]") {
  for (const precision activations : all_precisions()) {
    CHECK(three_steps(activations, {2, 2, 2}).allocations_of_last == 0);
    CHECK(three_steps(activations, {1, 1, 1}).allocations_of_last == 0);
  }
}

TEST_CASE("a precision that the processor does not have is refused", "[devices]") {
  if (onednn_device::has(precision::bf16))
    CHECK_NOTHROW(onednn_device(precision::bf16, 1));
  else
    CHECK_THROWS_WITH(onednn_device(precision::bf16, 1),
                      "onednn_device: bf16 on a processor without AVX-512; expected fp32");
}

TEST_CASE("fewer than one thread is refused", "[devices]") {
  onednn_device on(precision::fp32, 2);
  CHECK_THROWS_AS(on.set_threads(0), std::invalid_argument);
  CHECK(on.threads() == 2);
  CHECK_THROWS_AS(onednn_device(precision::fp32, -1), std::invalid_argument);
}
