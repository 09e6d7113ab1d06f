// SPDX-License-Identifier: BSD-3-Clause
// The operators of a network: gradients against differences, in double.
// On `tested_device`, which who includes this has defined.
#pragma once

#include "autograd/blend_node.hpp"
#include "autograd/operators.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>

namespace mixcon_train {

TEST_CASE("every operator of a network has the gradient of its value", "[autograd]") {
  tested_device on;
  const auto images = random_variable(on, {3, 2, 5, 4}, 1), others = random_variable(on, {3, 2, 5, 4}, 2);
  const auto rows = random_variable(on, {4, 3}, 3), weights = random_variable(on, {2, 3}, 4);
  const auto bias = random_variable(on, {2}, 5), filter = random_variable(on, {4, 2, 3, 3}, 6);
  const auto scales = random_variable(on, {2}, 7), shifts = random_variable(on, {2}, 8);
  const auto row_scales = random_variable(on, {3}, 9), row_shifts = random_variable(on, {3}, 10);
  const auto filter_bias = random_variable(on, {4}, 11);
  running_statistics running{filled(on, {2}, 0), filled(on, {2}, 1)};
  running_statistics row_running{filled(on, {3}, 0), filled(on, {3}, 1)};

  check_gradients("add", {images, others}, [&] { return add(images, others); });
  check_gradients("a variable used twice", {images}, [&] { return add(images, scale(images, 3)); });
  check_gradients("scale", {images}, [&] { return scale(images, -2); });
  check_gradients("linear", {rows, weights, bias}, [&] { return linear(rows, weights, bias); });
  check_gradients("linear without bias", {rows, weights}, [&] { return linear(rows, weights); });
  check_gradients("conv2d", {images, filter}, [&] { return conv2d(images, filter, {.stride = 1, .padding = 1}); });
  check_gradients("conv2d, stride 2", {images, filter},
                  [&] { return conv2d(images, filter, {.stride = 2, .padding = 1}); });
  for (const bool rectify : {false, true}) {
    check_gradients("batch_norm", {images, scales, shifts},
                    [&] { return batch_norm(images, scales, shifts, running, true, rectify); });
    check_gradients("batch_norm of features", {rows, row_scales, row_shifts},
                    [&] { return batch_norm(rows, row_scales, row_shifts, row_running, true, rectify); });
  }
  check_gradients("relu", {images}, [&] { return relu(images); });
  check_gradients("relu_of_sum", {images, others}, [&] { return relu_of_sum(images, others); });
  check_gradients("global_average_pool", {images}, [&] { return global_average_pool(images); });
  check_gradients("max_pool", {images}, [&] { return max_pool(images, {.size = 3, .stride = 2, .padding = 1}); });
  check_gradients("flatten", {images}, [&] { return flatten(images); });
  check_gradients("concatenate", {images, others}, [&] { return concatenate(images, others); });
  check_gradients("slice", {images}, [&] { return slice(images, 1, 3); });
  check_gradients("conv2d with bias", {images, filter, filter_bias},
                  [&] { return conv2d(images, filter, {.stride = 1, .padding = 1}, filter_bias); });
  check_gradients("unit_rows", {rows}, [&] { return unit_rows(rows); });
  check_gradients("cross_entropy", {rows}, [&] {
    return cross_entropy(rows, {{0, 1, 2, 2}, {1, 1, 0, 2}, {0.25, 0.5, 0, 1}});
  });
}

TEST_CASE("a blend is an operator, of images and of hidden features", "[autograd]") {
  tested_device on;
  const auto images = random_variable(on, {3, 2, 4, 4}, 13), rows = random_variable(on, {3, 5}, 14);
  const mixcon::mix_plan<mixcon::interpolated> mixed{{1, 2, 2}, {0.3, 0.6, 0.9}, {}};
  const mixcon::mix_plan<mixcon::pasted_boxes> pasted{{1, 2, 0}, {0.75}, {.boxes = {{0, 2, 1, 3}}}};
  check_gradients("lerp of images", {images}, [&] { return blended(mixed, images); });
  check_gradients("lerp of features", {rows}, [&] { return blended(mixed, rows); });
  check_gradients("boxes", {images}, [&] { return blended(pasted, images); });
}

TEST_CASE("running statistics are constants to the gradient", "[autograd]") {
  tested_device on;
  const auto images = random_variable(on, {3, 2, 3, 2}, 21), rows = random_variable(on, {4, 2}, 22),
             scales = random_variable(on, {2}, 23), shifts = random_variable(on, {2}, 24);
  running_statistics running{random_variable(on, {2}, 25).value(), filled(on, {2}, 1.7)};
  const auto before = numbers_in(running.mean);
  for (const bool rectify : {false, true})
    for (const variable& x : {images, rows})
      check_gradients("batch_norm", {x, scales, shifts},
                      [&] { return batch_norm(x, scales, shifts, running, false, rectify); });
  CHECK(numbers_in(running.mean) == before);
}

TEST_CASE("gradients add up over backward calls until they are cleared", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {2, 2}, 15);
  for (int call = 1; call <= 2; ++call) {
    backward(weighed(scale(x, 2)));
    const auto weights = numbers_in(random_variable(on, {2, 2}, 99)), found = numbers_in(x.gradient());
    for (std::size_t k = 0; k < 4; ++k) CHECK(found[k] == Approx(2 * call * weights[k]));
  }
  x.clear_gradient();
  CHECK(!x.gradient());
}

TEST_CASE("nothing is remembered for evaluation, and constants get no gradient", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {2, 2}, 16);
  const variable constant(x.value());
  backward(weighed(add(x, constant)));
  CHECK(!constant.gradient());
  const without_gradients here;
  CHECK(!weighed(x).wants_gradient());
}

TEST_CASE("operators refuse shapes that do not fit, with one sentence", "[autograd]") {
  tested_device on;
  const auto images = random_variable(on, {3, 2, 4, 4}, 17), rows = random_variable(on, {4, 3}, 18);
  running_statistics running{filled(on, {2}, 0), filled(on, {2}, 1)};
  CHECK_THROWS_WITH(
      add(images, rows),
      "apply: the inputs have shapes (3, 2, 4, 4) and (4, 3); expected the same, or 1 along the axes where one is "
      "repeated");
  CHECK_THROWS_WITH(linear(images, rows), "linear: the input has shape (3, 2, 4, 4); expected (samples, features)");
  CHECK_THROWS_WITH(
      conv2d(images, random_variable(on, {1, 3, 3, 3}, 1), {}),
      "conv2d: weights of (1, 3, 3, 3) for inputs of (3, 2, 4, 4); expected (outputs, channels, size, size)");
  CHECK_THROWS_WITH(slice(rows, 2, 5), "slice: rows [2, 5) of (4, 3); expected a part of them");
  CHECK_THROWS_WITH(backward(rows), "backward: the loss has shape (4, 3); expected one number. Reduce it first");
  CHECK_THROWS_WITH(batch_norm(images, rows, rows, running, true),
                    "batch_norm: scale (4, 3) and shift (4, 3) for inputs of (3, 2, 4, 4); expected one a channel");
}

}  // namespace mixcon_train
