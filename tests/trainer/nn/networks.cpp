// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/blend_node.hpp"
#include "devices/reference_device.hpp"
#include "nn/convnet.hpp"
#include "nn/mlp.hpp"
#include "nn/resnet.hpp"
#include "support/catch.hpp"
#include "trainer/nn/images.hpp"

#include <mixcon/mix/kinds/interpolated.hpp>

#include <cmath>
#include <set>

using namespace mixcon_train;
using mixcon_test::images_on;
using mixcon_test::numbers;

TEST_CASE("residual networks have the published numbers of parameters", "[nn]") {
  reference_device on;
  // with projection shortcuts and without a classifier; ResNet-18 and -50 as published, with a 3 x 3 stem
  CHECK(resnet(on, {.depth = 8, .channels = 1}).parameter_count() == 77104);
  CHECK(resnet(on, {.depth = 20}).parameter_count() == 271824);
  const auto resnet18 = [](index_t width) {  // weights of 3 x 3 convolutions, 1 x 1 shortcuts, scales and shifts
    index_t count = 9 * 3 * width + 2 * width;
    for (index_t stage = 0; stage < 4; ++stage) {
      const index_t w = width << stage, before = stage == 0 ? w : w / 2;
      count += 9 * before * w + 3 * 9 * w * w + 4 * 2 * w;
      if (stage > 0) count += before * w + 2 * w;
    }
    return count;
  };
  CHECK(resnet18(64) == 11168832);
  CHECK(resnet(on, {.depth = 18, .width = 8}).parameter_count() == resnet18(8));
  const resnet deep(on, {.depth = 50, .width = 4});
  CHECK(deep.features() == 4 * 4 * 8);
  CHECK(deep.layers() == 5);
}

TEST_CASE("a convnet is three strided convolutions, each normalised and rectified, and a mean", "[nn]") {
  reference_device on;
  convnet net(on, {.channels = 2, .width = 4, .seed = 5});
  CHECK(net.features() == 16);
  CHECK(net.layers() == 3);
  CHECK(net.parameter_count() == 9 * (2 * 4 + 4 * 8 + 8 * 16) + 2 * (4 + 8 + 16));
  const index_t rows = 7, columns = 6;
  const variable images = images_on(on, {3, 2, rows, columns});
  // the first stage by its formula
  const std::vector<double> x = numbers(images), w = numbers(net.parameters()[0].value),
                            stage = numbers(net.features_at(1, images));
  std::vector<double> y;
  for (index_t n = 0; n < 3; ++n)
    for (index_t o = 0; o < 4; ++o)
      for (index_t r = 0; r < 4; ++r)
        for (index_t c = 0; c < 3; ++c) {
          double sum = 0;
          for (index_t i = 0; i < 2; ++i)
            for (index_t k = 0; k < 9; ++k) {
              const index_t row = 2 * r + k / 3 - 1, column = 2 * c + k % 3 - 1;
              if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
              sum += x[static_cast<std::size_t>(((n * 2 + i) * rows + row) * columns + column)] *
                     w[static_cast<std::size_t>((o * 2 + i) * 9 + k)];
            }
          y.push_back(sum);
        }
  REQUIRE(stage.size() == y.size());
  for (std::size_t o = 0; o < 4; ++o) {
    double mean = 0, square = 0;
    for (std::size_t n = 0; n < 3; ++n)
      for (std::size_t k = 0; k < 12; ++k) mean += y[(n * 4 + o) * 12 + k] / 36;
    for (std::size_t n = 0; n < 3; ++n)
      for (std::size_t k = 0; k < 12; ++k) square += std::pow(y[(n * 4 + o) * 12 + k] - mean, 2) / 36;
    for (std::size_t n = 0; n < 3; ++n)
      for (std::size_t k = 0; k < 12; ++k) {
        const std::size_t at = (n * 4 + o) * 12 + k;
        CHECK(stage[at] == Approx(std::max(0.0, (y[at] - mean) / std::sqrt(square + 1e-5))).margin(1e-9));
      }
  }
  // and the mean over places at the end: 7 x 6, 4 x 3, 2 x 2, 1 x 1
  CHECK(net.forward(images).extents() == shape{3, 16});
  CHECK_THROWS_WITH(convnet(on, {.width = 0}), ContainsSubstring("expected at least 1 of each"));
}

TEST_CASE("a network's parameters have names of their own, and norms and biases are not decayed", "[nn]") {
  reference_device on;
  resnet network(on, {.depth = 14, .width = 4});
  std::set<std::string> names;
  for (const parameter& p : network.parameters()) {
    CHECK(names.insert(p.name).second);
    CHECK(p.decays == (p.value.extents().rank() > 1));
  }
  CHECK(names.count("stage2.block0.shortcut.weight") == 1);
  CHECK(names.count("stage1.block0.shortcut.weight") == 0);
  for (const state_tensor& s : network.state()) CHECK(names.insert(s.name).second);
}

TEST_CASE("initial weights depend on the seed and on their names alone", "[nn]") {
  reference_device on;
  const auto weights_of = [](const module& of, const std::string& name) {
    for (const parameter& p : of.parameters())
      if (p.name == name) return numbers(p.value);
    return std::vector<double>();
  };
  // deeper, and of the same widths: further blocks shift nothing
  const resnet small(on, {.depth = 8, .width = 4, .seed = 5}), deep(on, {.depth = 14, .width = 4, .seed = 5}),
      other(on, {.depth = 8, .width = 4, .seed = 6});
  std::set<double> firsts;
  int compared = 0;
  for (const parameter& p : small.parameters()) {
    const std::vector<double> own = numbers(p.value);
    CHECK(weights_of(deep, p.name) == own);
    if (!p.decays) continue;
    CHECK(firsts.insert(own[0]).second);
    CHECK(weights_of(other, p.name) != own);
    ++compared;
  }
  CHECK(compared == 9);  // stem, two convolutions in each of three blocks, two shortcuts
}

TEST_CASE("the gradient of a whole network is that of its value", "[nn]") {
  reference_device on;
  resnet network(on, {.depth = 8, .channels = 2, .width = 2, .seed = 5});
  mlp head(on, {network.features(), 6, 3}, 6);
  const variable images = images_on(on, {4, 2, 6, 6});
  const auto loss = [&] { return cross_entropy(head.forward(network.forward(images)), std::vector<int>{0, 1, 2, 1}); };
  backward(loss());
  std::vector<parameter> all = network.parameters();
  for (const parameter& p : head.parameters()) all.push_back(p);
  int checked = 0;
  for (const parameter& p : all) {
    double* at = numbers_of<double>(p.value.value());
    REQUIRE(p.value.gradient());
    for (index_t k = 0; k < p.value.extents().size(); k += 1 + p.value.extents().size() / 3) {
      const double before = at[k], step = 1e-5;
      at[k] = before + step;
      const double above = loss().number();
      at[k] = before - step;
      const double below = loss().number();
      at[k] = before;
      INFO(p.name << ", entry " << k);
      CHECK(numbers_of<double>(p.value.gradient())[k] ==
            Approx((above - below) / (2 * step)).epsilon(1e-4).margin(1e-7));
      ++checked;
    }
  }
  CHECK(checked > 50);
}

TEST_CASE("a network mixes its input, a hidden layer or its features", "[nn]") {
  reference_device on;
  resnet network(on, {.depth = 8, .channels = 1, .width = 2});
  const variable images = images_on(on, {3, 1, 8, 8});
  const mixcon::mix_plan<mixcon::interpolated> plan{{1, 2, 0}, {0.5}, {}};
  const auto mix = [&](const variable& x) { return blended(plan, x); };
  const std::vector<double> plain = numbers(network.forward(images));
  for (int layer = 0; layer <= network.layers(); ++layer) CHECK(numbers(network.forward(images, layer, mix)) != plain);
  const std::vector<double> at_the_end = numbers(network.forward(images, network.layers(), mix));
  const auto width = static_cast<std::size_t>(network.features());
  for (std::size_t k = 0; k < width; ++k) CHECK(at_the_end[k] == Approx((plain[k] + plain[width + k]) / 2));
  CHECK_THROWS_WITH(network.forward(images, 9, mix),
                    "encoder: layer 9 of 4; expected 0 for the input to 4 for the features.");
}

TEST_CASE("an encoder stops in front of a layer and goes on from there", "[nn]") {
  reference_device on;
  resnet network(on, {.depth = 8, .channels = 1, .width = 2});
  const variable images = images_on(on, {3, 1, 8, 8});
  const std::vector<double> whole = numbers(network.forward(images));
  CHECK(network.features_at(0, images).extents() == images.extents());
  CHECK(network.features_at(2, images).extents() == shape{3, 2, 8, 8});
  CHECK(network.features_at(3, images).extents() == shape{3, 4, 4, 4});
  for (int layer = 0; layer <= network.layers(); ++layer)
    CHECK(numbers(network.rest_from(layer, network.features_at(layer, images))) == whole);
}

TEST_CASE("a frozen module gets no gradient, and lets one through to its input", "[nn]") {
  reference_device on;
  resnet network(on, {.depth = 8, .channels = 1, .width = 2});
  mlp head(on, {network.features(), 3}, 1);
  network.freeze();
  const variable images(images_on(on, {3, 1, 8, 8}).value(), true);
  backward(cross_entropy(head.forward(network.forward(images)), std::vector<int>{0, 1, 2}));
  CHECK(images.gradient());
  for (const parameter& p : network.parameters()) {
    INFO(p.name);
    CHECK(!p.value.gradient());
  }
  for (const parameter& p : head.parameters()) CHECK(p.value.gradient());
  network.freeze(false);
  backward(cross_entropy(head.forward(network.forward(images)), std::vector<int>{0, 1, 2}));
  for (const parameter& p : network.parameters()) CHECK(p.value.gradient());
}

TEST_CASE("whole numbers of all parts have names, and can be set", "[nn]") {
  struct ring final : module {
    index_t at = 3;
    ring() { register_count("position", at); }
  };
  struct two final : module {
    ring a{}, b{};
    index_t steps = 1;
    two() {
      register_count("steps", steps);
      register_part("a", a);
      register_part("b", b);
    }
  } both;
  std::vector<std::string> names;
  for (const state_count& c : both.counts()) names.push_back(c.name);
  CHECK(names == std::vector<std::string>{"steps", "a.position", "b.position"});
  *both.counts()[2].value = 7;
  CHECK(both.b.at == 7);
}

TEST_CASE("evaluation does not change a network, training gathers statistics", "[nn]") {
  reference_device on;
  resnet network(on, {.depth = 8, .channels = 1, .width = 2});
  const variable images = images_on(on, {3, 1, 8, 8});
  const auto statistics = [&] {
    std::vector<double> all;
    for (const state_tensor& s : network.state())
      for (const double x : numbers(variable(*s.value))) all.push_back(x);
    return all;
  };
  const std::vector<double> before = statistics();
  network.set_training(false);
  const std::vector<double> first = numbers(network.forward(images));
  CHECK(statistics() == before);
  CHECK(numbers(network.forward(images)) == first);
  network.set_training(true);
  network.forward(images);
  CHECK(statistics() != before);
}

TEST_CASE("impossible networks are refused with one sentence", "[nn]") {
  reference_device on;
  CHECK_THROWS_WITH(
      resnet(on, {.depth = 9}),
      "resnet: depth is 9; expected 8, 14, 20 or another 6 n + 2 for the narrow networks, or 18, 34 or 50");
  CHECK_THROWS_WITH(mlp(on, {4}, 0), "mlp: 1 widths; expected at least two, of the features and of the outputs");
}
