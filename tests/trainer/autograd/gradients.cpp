// SPDX-License-Identifier: BSD-3-Clause
// Every operator's gradient against differences, in double on the reference device.
#include "autograd/blend_node.hpp"
#include "autograd/loss_node.hpp"
#include "autograd/operators.hpp"
#include "devices/reference_device.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/unicon.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>

#include <functional>

using namespace mixcon_train;

namespace {

variable random_variable(device& on, const shape& extents, std::uint64_t seed) {
  std::vector<double> numbers;
  for (index_t k = 0; k < extents.size(); ++k)
    numbers.push_back(mixcon::philox_draws{.seed = seed}.normal("numbers", k));
  return variable(tensor_of(on, extents, numbers.data()), true);
}

/// A loss of any value: the sum of its numbers, each times a weight of its own.
variable weighed(const variable& x) {
  device& on = x.on();
  const tensor weights = random_variable(on, x.extents(), 99).value(), dense = on.dense(x.value());
  double sum = 0;
  for (index_t k = 0; k < x.extents().size(); ++k) sum += numbers_of<double>(weights)[k] * numbers_of<double>(dense)[k];
  return {filled(on, {1}, sum), {x}, [weights](const tensor& g) {
            double upstream = 0;
            copy_numbers(g, &upstream);
            return std::vector<tensor>{g.on().scaled(weights, upstream)};
          }};
}

/// Checks the gradient of weighed(f(inputs)) by each input, entry by entry.
void check(const char* name, const std::vector<variable>& inputs, const std::function<variable()>& f) {
  backward(weighed(f()), 0.5);
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    const variable& x = inputs[n];
    auto* at = numbers_of<double>(x.value());
    REQUIRE(x.gradient());
    const auto* found = numbers_of<double>(x.on().dense(x.gradient()));
    for (index_t k = 0; k < x.extents().size(); ++k) {
      const double before = at[k], step = 1e-5;
      at[k] = before + step;
      const double above = weighed(f()).number();
      at[k] = before - step;
      const double below = weighed(f()).number();
      at[k] = before;
      INFO(name << ", input " << n << ", entry " << k);
      CHECK(found[k] == Approx(0.5 * (above - below) / (2 * step)).epsilon(1e-6).margin(1e-8));
    }
    x.clear_gradient();
  }
}

}  // namespace

TEST_CASE("every operator has the gradient of its value", "[autograd]") {
  reference_device on;
  const auto images = random_variable(on, {3, 2, 5, 4}, 1), others = random_variable(on, {3, 2, 5, 4}, 2);
  const auto rows = random_variable(on, {4, 3}, 3), weights = random_variable(on, {2, 3}, 4);
  const auto bias = random_variable(on, {2}, 5), filter = random_variable(on, {4, 2, 3, 3}, 6);
  const auto scales = random_variable(on, {2}, 7), shifts = random_variable(on, {2}, 8);
  const auto row_scales = random_variable(on, {3}, 9), row_shifts = random_variable(on, {3}, 10);
  running_statistics running{filled(on, {2}, 0), filled(on, {2}, 1)};
  running_statistics row_running{filled(on, {3}, 0), filled(on, {3}, 1)};

  check("add", {images, others}, [&] { return add(images, others); });
  check("a variable used twice", {images}, [&] { return add(images, scale(images, 3)); });
  check("scale", {images}, [&] { return scale(images, -2); });
  check("linear", {rows, weights, bias}, [&] { return linear(rows, weights, bias); });
  check("linear without bias", {rows, weights}, [&] { return linear(rows, weights); });
  check("conv2d", {images, filter}, [&] { return conv2d(images, filter, {.stride = 1, .padding = 1}); });
  check("conv2d, stride 2", {images, filter}, [&] { return conv2d(images, filter, {.stride = 2, .padding = 1}); });
  for (const bool rectify : {false, true}) {
    check("batch_norm", {images, scales, shifts},
          [&] { return batch_norm(images, scales, shifts, running, true, rectify); });
    check("batch_norm of features", {rows, row_scales, row_shifts},
          [&] { return batch_norm(rows, row_scales, row_shifts, row_running, true, rectify); });
  }
  check("relu", {images}, [&] { return relu(images); });
  check("relu_of_sum", {images, others}, [&] { return relu_of_sum(images, others); });
  check("global_average_pool", {images}, [&] { return global_average_pool(images); });
  check("max_pool", {images}, [&] { return max_pool(images, {.size = 3, .stride = 2, .padding = 1}); });
  check("flatten", {images}, [&] { return flatten(images); });
  check("concatenate", {images, others}, [&] { return concatenate(images, others); });
  check("slice", {images}, [&] { return slice(images, 1, 3); });
  check("unit_rows", {rows}, [&] { return unit_rows(rows); });
  check("cross_entropy", {rows}, [&] { return cross_entropy(rows, {{0, 1, 2, 2}, {1, 1, 0, 2}, {0.25, 0.5, 0, 1}}); });
}

TEST_CASE("any loss of mixcon is an operator, of one set of rows or of segments", "[autograd]") {
  reference_device on;
  const auto z = random_variable(on, {6, 3}, 11), u = random_variable(on, {6, 3}, 12);
  const std::vector<int> labels{0, 1, 0};
  const mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  check("supcon", {z},
        [&] { return contrastive_loss(criterion, mixcon::label_targets{.labels = labels, .views = 2}, z); });
  check("unicon", {z, u}, [&] { return contrastive_loss(criterion, mixcon::unicon_targets(labels), z, {u}); });
  check("unicon with negatives", {z, u}, [&] {
    return contrastive_loss(criterion, mixcon::unicon_negative_targets(labels), z, {z, u});
  });
}

TEST_CASE("a blend is an operator, of images and of hidden features", "[autograd]") {
  reference_device on;
  const auto images = random_variable(on, {3, 2, 4, 4}, 13), rows = random_variable(on, {3, 5}, 14);
  const mixcon::mix_plan<mixcon::interpolated> mixed{{1, 2, 2}, {0.3, 0.6, 0.9}, {}};
  const mixcon::mix_plan<mixcon::pasted_boxes> pasted{{1, 2, 0}, {0.75}, {.boxes = {{0, 2, 1, 3}}}};
  check("lerp of images", {images}, [&] { return blended(mixed, images); });
  check("lerp of features", {rows}, [&] { return blended(mixed, rows); });
  check("boxes", {images}, [&] { return blended(pasted, images); });
}

TEST_CASE("gradients add up over backward calls until they are cleared", "[autograd]") {
  reference_device on;
  const auto x = random_variable(on, {2, 2}, 15);
  for (int call = 1; call <= 2; ++call) {
    backward(weighed(scale(x, 2)));
    const auto weights = random_variable(on, {2, 2}, 99);
    for (index_t k = 0; k < 4; ++k)
      CHECK(numbers_of<double>(x.gradient())[k] == Approx(2 * call * numbers_of<double>(weights.value())[k]));
  }
  x.clear_gradient();
  CHECK(!x.gradient());
}

TEST_CASE("nothing is remembered for evaluation, and constants get no gradient", "[autograd]") {
  reference_device on;
  const auto x = random_variable(on, {2, 2}, 16);
  const variable constant(x.value());
  backward(weighed(add(x, constant)));
  CHECK(!constant.gradient());
  const without_gradients here;
  CHECK(!weighed(x).wants_gradient());
}

TEST_CASE("operators refuse shapes that do not fit, with one sentence", "[autograd]") {
  reference_device on;
  const auto images = random_variable(on, {3, 2, 4, 4}, 17), rows = random_variable(on, {4, 3}, 18);
  running_statistics running{filled(on, {2}, 0), filled(on, {2}, 1)};
  CHECK_THROWS_WITH(add(images, rows), "add: the inputs have shapes (3, 2, 4, 4) and (4, 3); expected the same");
  CHECK_THROWS_WITH(linear(images, rows), "linear: the input has shape (3, 2, 4, 4); expected (samples, features)");
  CHECK_THROWS_WITH(
      conv2d(images, random_variable(on, {1, 3, 3, 3}, 1), {}),
      "conv2d: weights of (1, 3, 3, 3) for inputs of (3, 2, 4, 4); expected (outputs, channels, size, size)");
  CHECK_THROWS_WITH(slice(rows, 2, 5), "slice: rows [2, 5) of (4, 3); expected a part of them");
  CHECK_THROWS_WITH(backward(rows), "backward: the loss has shape (4, 3); expected one number. Reduce it first");
  CHECK_THROWS_WITH(batch_norm(images, rows, rows, running, true),
                    "batch_norm: scale (4, 3) and shift (4, 3) for inputs of (3, 2, 4, 4); expected one a channel");
}
