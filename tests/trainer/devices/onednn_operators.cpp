// SPDX-License-Identifier: BSD-3-Clause
// The operators that the host computes for oneDNN's tensors, in float and in any layout, against the reference device.
#include "autograd/operators.hpp"
#include "optimisers/adamw.hpp"
#include "optimisers/lars.hpp"
#include "optimisers/sgd.hpp"
#include "trainer/devices/device_check.hpp"
#include "trainer/devices/precisions.hpp"

using namespace mixcon_train;

namespace {

const shape images{4, 16, 6, 7}, filter{24, 16, 3, 3};
const convolution_rule same{.stride = 1, .padding = 1};

/// The parameter after three steps with the gradient of a fixed function.
std::vector<double> after_steps(device& on, const char* which) {
  const shape extents{5, 7};
  const variable w(tensor_of(on, extents, random_numbers(extents, 3).data()), true);
  const std::vector<parameter> all{{"w", w, true}};
  std::unique_ptr<optimiser> by;
  if (std::string(which) == "sgd") by = std::make_unique<sgd>(all, 0.9, 0.01, true);
  if (std::string(which) == "adamw") by = std::make_unique<adamw>(all, 0.01);
  if (std::string(which) == "lars") by = std::make_unique<lars>(all, 0.9, 0.01, 0.1);
  for (int step = 0; step < 3; ++step) {
    backward(sum(square(affine(w, 2, -1))));
    by->step(0.05);
  }
  std::vector<double> read(35);
  copy_numbers(w.value(), read.data());
  return read;
}

}  // namespace

TEST_CASE("elementwise operators and sums agree on blocked layouts", "[autograd]") {
  const auto blocked = [](const std::vector<variable>& x) { return conv2d(x[0], x[1], same); };
  for (const precision p : all_precisions()) {
    for (const auto f : {absolute, square, sigmoid, elu})
      check_on_devices("a function", p, {images, filter}, [&](const auto& x) { return f(scale(blocked(x), 0.1)); });
    check_on_devices("multiply by channels", p, {images, filter, {24}},
                     [&](const auto& x) { return blocked(x) * of_channels(x[2], blocked(x)); });
    check_on_devices("sum_to", p, {images, filter}, [&](const auto& x) { return sum_to(blocked(x), {4, 1, 6, 7}); });
    check_on_devices("mean", p, {images, filter}, [&](const auto& x) { return mean(square(blocked(x))); });
  }
  check_on_devices("exponential and logarithm", precision::fp32, {{5, 4}},
                   [](const auto& x) { return logarithm(affine(exponential(x[0]), 1, 0.5)); });
  check_on_devices("difference", precision::fp32, {images, images}, [](const auto& x) { return x[0] - x[1]; });
  check_on_devices("convolution with bias", precision::fp32, {images, filter, {24}},
                   [](const auto& x) { return relu(conv2d(x[0], x[1], same, x[2])); });
}

TEST_CASE("rows, channels, maxima, masks and upsampling agree on blocked layouts", "[autograd]") {
  const auto blocked = [](const std::vector<variable>& x) { return conv2d(x[0], x[1], same); };
  const std::vector<index_t> partner{1, 3, 0, 2};
  check_on_devices("channels", precision::fp32, {images, filter},
                   [&](const auto& x) { return concatenate_channels(slice_channels(blocked(x), 3, 20), x[0]); });
  check_on_devices("gather and scatter", precision::fp32, {images, filter}, [&](const auto& x) {
    return scatter_rows(gather_rows(blocked(x), {2, -1, 0}), {4, 0, 4}, 5);
  });
  check_on_devices("group_maximum", precision::fp32, {images, filter},
                   [&](const auto& x) { return group_maximum(blocked(x), 3); });
  check_on_devices("dropout", precision::fp32, {images, filter},
                   [&](const auto& x) { return dropout(blocked(x), 0.3, {.seed = 4}); });
  check_on_devices("mask_blend", precision::fp32, {images, filter, {4, 1, 6, 7}},
                   [&](const auto& x) { return mask_blend(blocked(x), partner, sigmoid(x[2])); });
  check_on_devices("upsample", precision::fp32, {images, filter},
                   [&](const auto& x) { return upsample_nearest(blocked(x), 2) + upsample_bilinear(blocked(x), 2); });
}

TEST_CASE("attention agrees", "[autograd]") {
  for (const bool left : {false, true})
    for (const bool right : {false, true})
      check_on_devices("batched_product", precision::fp32, {{3, 5, 4}, {3, 4, 6}}, [&](const auto& x) {
        return batched_product(left ? transpose(x[0]) : x[0], left, right ? transpose(x[1]) : x[1], right);
      });
  check_on_devices("softmax", precision::fp32, {{3, 5, 4}},
                   [](const auto& x) { return softmax(x[0]) + log_softmax(x[0], 1); });
  check_on_devices("fixed statistics", precision::fp32, {images}, [](const auto& x) {
    device& on = x[0].on();
    running_statistics running{filled(on, {16}, 0.1), filled(on, {16}, 1.5)};
    return batch_norm(x[0], variable(filled(on, {16}, 2)), variable(filled(on, {16}, 0.3)), running, false, true);
  });
}

TEST_CASE("optimisers agree", "[autograd]") {
  onednn_device fast(precision::fp32, 1);
  reference_device plain;
  for (const char* which : {"sgd", "adamw", "lars"}) {
    const auto found = after_steps(fast, which), expected = after_steps(plain, which);
    for (std::size_t k = 0; k < expected.size(); ++k) {
      INFO(which);
      CHECK(found[k] == Approx(expected[k]).epsilon(1e-4).margin(1e-5));
    }
  }
}
