// SPDX-License-Identifier: BSD-3-Clause
// Momentum copies, networks of rows and of clips, predictors.
#include "autograd/operators.hpp"
#include "devices/reference_device.hpp"
#include "nn/maxout_mlp.hpp"
#include "nn/mlp.hpp"
#include "nn/momentum_copy.hpp"
#include "nn/resnet.hpp"
#include "optimisers/sgd.hpp"
#include "support/catch.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>
#include <cmath>

using namespace mixcon_train;

namespace {

variable random_input(device& on, const shape& extents) {
  std::vector<double> numbers;
  for (index_t k = 0; k < extents.size(); ++k) numbers.push_back(mixcon::philox_draws{.seed = 3}.normal("rows", k));
  return variable(tensor_of(on, extents, numbers.data()));
}
std::vector<double> numbers(const tensor& x) {
  std::vector<double> read(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x, read.data());
  return read;
}
std::vector<double> parameters_of(const module& of) {
  std::vector<double> all;
  for (const parameter& p : of.parameters())
    for (const double x : numbers(p.value.value())) all.push_back(x);
  return all;
}

/// A network and its momentum copy, as a recipe has them.
struct pair_of_networks final : module {
  explicit pair_of_networks(device& on)
      : query(on, {4, 5, 3}, 1), key(std::make_unique<mlp>(on, std::vector<index_t>{4, 5, 3}, 2), query) {
    register_part("query", query);
    register_part("key", key);
  }
  mlp query;
  momentum_copy<mlp> key;
};

}  // namespace

TEST_CASE("a momentum copy begins as its network, follows it, and has no gradient", "[nn]") {
  reference_device on;
  pair_of_networks both(on);
  const variable rows = random_input(on, {6, 4});
  const std::vector<double> before = parameters_of(both.query);
  CHECK(parameters_of(*both.key) == before);
  CHECK(numbers(both.key->forward(rows).value()) == numbers(both.query.forward(rows).value()));

  sgd by(both.parameters(), 0.9, 0);
  backward(mean(square(both.query.forward(rows) - both.key->forward(rows)) + both.query.forward(rows)));
  for (const parameter& p : both.key->parameters()) CHECK(!p.value.gradient());
  by.step(0.1);
  const std::vector<double> after = parameters_of(both.query);
  CHECK(after != before);
  CHECK(parameters_of(*both.key) == before);
  both.key.follow(both.query, 0.75);
  const std::vector<double> copy = parameters_of(*both.key);
  for (std::size_t k = 0; k < copy.size(); ++k) CHECK(copy[k] == Approx(0.75 * before[k] + 0.25 * after[k]));
  both.key.follow(both.query, 0);
  const std::vector<double> caught_up = parameters_of(*both.key);
  for (std::size_t k = 0; k < copy.size(); ++k) CHECK(caught_up[k] == Approx(after[k]));
}

TEST_CASE("a momentum copy's numbers are state under names of their own, and none is a parameter", "[nn]") {
  reference_device on;
  pair_of_networks both(on), restored(on);
  for (const parameter& p : both.parameters()) CHECK(p.name.rfind("query.", 0) == 0);
  std::vector<std::string> names;
  for (const state_tensor& s : both.state()) names.push_back(s.name);
  CHECK(std::count(names.begin(), names.end(), "key.copy.linear1.weight") == 1);
  CHECK(std::count(names.begin(), names.end(), "key.copy.norm1.running_mean") == 1);
  both.key->forward(random_input(on, {6, 4}));
  follow(*both.key, mlp(on, {4, 5, 3}, 7), 0.5);
  const auto from = both.state(), to = restored.state();
  for (std::size_t k = 0; k < from.size(); ++k) *to[k].value = *from[k].value;  // as a checkpoint does
  CHECK(parameters_of(*restored.key) == parameters_of(*both.key));
  CHECK_THROWS_WITH(follow(*both.key, mlp(on, {4, 6, 3}, 7), 0.5),
                    "follow: linear1.weight of shape (5, 4) meets linear1.weight of (6, 4); expected two modules that "
                    "were made alike");
}

TEST_CASE("a max-out network is its definition: linear maps, normalisation, the largest of each group", "[nn]") {
  reference_device on;
  maxout_mlp network(on, {.inputs = 4, .layers = 2, .width = 3, .features = 2, .pieces = 2, .seed = 5});
  const variable rows = random_input(on, {5, 4});
  CHECK(network.layers() == 2);
  CHECK(network.features() == 2);
  CHECK(network.parameter_count() == 4 * 6 + 6 + 2 * 6 + 3 * 4 + 4 + 2 * 4);
  CHECK(network.forward(rows).extents() == shape{5, 2});
  const auto all = network.parameters();
  const auto weight = numbers(all[0].value.value()), bias = numbers(all[1].value.value());
  const auto from = numbers(rows.value()), hidden = numbers(network.features_at(1, rows).value());
  std::vector<double> unit(5 * 6);
  for (std::size_t j = 0; j < 6; ++j) {
    double mean = 0, variance = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      unit[i * 6 + j] = bias[j];
      for (std::size_t k = 0; k < 4; ++k) unit[i * 6 + j] += weight[j * 4 + k] * from[i * 4 + k];
      mean += unit[i * 6 + j] / 5;
    }
    for (std::size_t i = 0; i < 5; ++i) variance += (unit[i * 6 + j] - mean) * (unit[i * 6 + j] - mean) / 5;
    for (std::size_t i = 0; i < 5; ++i) unit[i * 6 + j] = (unit[i * 6 + j] - mean) / std::sqrt(variance + 1e-5);
  }
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      CHECK(hidden[i * 3 + j] == Approx(std::max(unit[i * 6 + 2 * j], unit[i * 6 + 2 * j + 1])));
  CHECK_THROWS_WITH(maxout_mlp(on, {.inputs = 0}),
                    "maxout_mlp: 0 inputs, 3 layers, width 256, 128 features, 2 pieces; expected at least 1 of each");
}

TEST_CASE("a predictor may end in a normalisation, whose columns have mean 0 and variance 1", "[nn]") {
  reference_device on;
  mlp projector(on, {4, 5, 3}, 1, mlp::end::normalised);
  const std::vector<double> out = numbers(projector.forward(random_input(on, {8, 4})).value());
  for (std::size_t j = 0; j < 3; ++j) {
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < 8; ++i) mean += out[i * 3 + j] / 8, square += out[i * 3 + j] * out[i * 3 + j] / 8;
    CHECK(mean == Approx(0).margin(1e-12));
    CHECK(square == Approx(1).epsilon(1e-2));
  }
  CHECK(projector.last().weight().extents() == shape{3, 5});
  CHECK(projector.last().bias().extents() == shape{3});
}

TEST_CASE("a residual network takes log-mel spectrograms, which are longer than high", "[nn]") {
  reference_device on;
  resnet network(on, {.depth = 8, .channels = 1, .width = 2, .stem_stride = 2});
  const variable clips = random_input(on, {2, 1, 40, 101});
  CHECK(network.features_at(3, clips).extents() == shape{2, 4, 10, 26});
  CHECK(network.forward(clips).extents() == shape{2, 8});
}

TEST_CASE("a convolution may have a bias and a start of its own", "[nn]") {
  reference_device on;
  conv_layer small(on, 8, 50, 1, {}, weight_draws(3), {.has_bias = true, .deviation = 0.01});
  const auto all = small.parameters();
  REQUIRE(all.size() == 2);
  CHECK(all[1].name == "bias");
  CHECK(!all[1].decays);
  double squares = 0;
  for (const double w : numbers(all[0].value.value())) squares += w * w / 400;
  CHECK(std::sqrt(squares) == Approx(0.01).epsilon(0.15));
  for (const double b : numbers(all[1].value.value())) CHECK(b == 0);
}
