// SPDX-License-Identifier: BSD-3-Clause
// The kernels of oneDNN against the plain loops of the reference device.
#include "devices/onednn_device.hpp"
#include "autograd/operators.hpp"
#include "trainer/devices/device_check.hpp"
#include "trainer/devices/precisions.hpp"

using namespace mixcon_train;

TEST_CASE("oneDNN's operators agree with the reference device's", "[autograd]") {
  for (const precision p : all_precisions()) {
    const shape images{4, 16, 6, 7}, filter{24, 16, 3, 3};
    check_on_devices("conv2d", p, {images, filter},
                     [](const auto& x) { return conv2d(x[0], x[1], {.stride = 1, .padding = 1}); });
    check_on_devices("conv2d, stride 2", p, {images, filter},
                     [](const auto& x) { return conv2d(x[0], x[1], {.stride = 2, .padding = 1}); });
    check_on_devices("conv2d of one channel", p, {{4, 1, 9, 9}, {5, 1, 3, 3}},
                     [](const auto& x) { return conv2d(x[0], x[1], {.stride = 2, .padding = 1}); });
    for (const bool rectify : {false, true})
      check_on_devices("batch_norm", p, {images, filter, {24}, {24}}, [rectify](const auto& x) {
        running_statistics running{filled(x[0].on(), {24}, 0), filled(x[0].on(), {24}, 1)};
        return batch_norm(conv2d(x[0], x[1], {.stride = 1, .padding = 1}), x[2], x[3], running, true, rectify);
      });
    check_on_devices("global_average_pool", p, {images, filter},
                     [](const auto& x) { return global_average_pool(conv2d(x[0], x[1], {})); });
  }
  check_on_devices("two convolutions and a skip", precision::fp32, {{4, 16, 6, 7}, {16, 16, 3, 3}, {16, 16, 3, 3}},
                   [](const auto& x) {
                     const convolution_rule same{.stride = 1, .padding = 1};
                     return relu_of_sum(conv2d(relu(conv2d(x[0], x[1], same)), x[2], same), x[0]);
                   });
  check_on_devices("max_pool", precision::fp32, {{4, 16, 6, 7}, {24, 16, 3, 3}}, [](const auto& x) {
    return max_pool(conv2d(x[0], x[1], {}), {.size = 3, .stride = 2, .padding = 1});
  });
  check_on_devices("linear", precision::fp32, {{5, 7}, {3, 7}, {3}},
                   [](const auto& x) { return linear(x[0], x[1], x[2]); });
  check_on_devices("batch_norm of features", precision::fp32, {{6, 5}, {5}, {5}}, [](const auto& x) {
    running_statistics running{filled(x[0].on(), {5}, 0), filled(x[0].on(), {5}, 1)};
    return batch_norm(x[0], x[1], x[2], running, true, true);
  });
  check_on_devices("flatten, concatenate, slice and scale", precision::fp32,
                   {{4, 16, 3, 3}, {2, 16, 3, 3}, {8, 16, 2, 2}}, [](const auto& x) {
                     const variable both = concatenate(conv2d(x[0], x[2], {}), conv2d(x[1], x[2], {}));
                     return scale(flatten(slice(both, 1, 6)), 0.5);
                   });
}

TEST_CASE("batches of several slices, also of different sizes, agree with the reference device", "[autograd]") {
  const shape images{37, 5, 6, 7}, filter{24, 5, 3, 3}, inner{24, 24, 3, 3}, constants{24};
  const convolution_rule same{.stride = 1, .padding = 1};
  const auto norm = [](const variable& x, const variable& scale, const variable& shift, bool rectify) {
    running_statistics running{filled(x.on(), scale.extents(), 0), filled(x.on(), scale.extents(), 1)};
    return batch_norm(x, scale, shift, running, true, rectify);
  };
  for (const precision p : all_precisions()) {
    constexpr double deep = 0.06;
    check_on_devices(
        "a block with a skip", p, {images, filter, inner, constants, constants},
        [&](const auto& x) {
          const variable y = conv2d(x[0], x[1], same);
          return conv2d(relu_of_sum(norm(conv2d(y, x[2], same), x[3], x[4], false), y), x[2], same);
        },
        deep);
    check_on_devices(
        "a block with two normalised paths", p, {images, filter, filter, constants, constants},
        [&](const auto& x) {
          return relu_of_sum(norm(conv2d(x[0], x[1], same), x[3], x[4], false),
                             norm(conv2d(x[0], x[2], same), x[4], x[3], false));
        },
        deep);
    check_on_devices(
        "a skip on the left, read twice", p, {images, filter, constants, constants},
        [&](const auto& x) {
          const variable y = norm(conv2d(x[0], x[1], same), x[2], x[3], true);
          return global_average_pool(relu_of_sum(y, norm(y, x[3], x[2], false)));
        },
        deep);
  }
  check_on_devices("max_pool and relu", precision::fp32, {images, filter}, [&](const auto& x) {
    return relu(add(max_pool(conv2d(x[0], x[1], same), {.size = 3, .stride = 2, .padding = 1}),
                    max_pool(conv2d(x[0], x[1], same), {.size = 3, .stride = 2, .padding = 1})));
  });
  check_on_devices("batch_norm of images", precision::fp32, {{37, 5, 6, 7}, {5}, {5}},
                   [&](const auto& x) { return norm(x[0], x[1], x[2], true); });
  check_on_devices("linear in parts", precision::fp32, {{300, 170}, {90, 170}, {90}},
                   [](const auto& x) { return linear(x[0], x[1], x[2]); });
}

TEST_CASE("running statistics evaluate as they were gathered", "[autograd]") {
  onednn_device fast(precision::fp32, 1);
  const shape extents{8, 3, 4, 4};
  const variable x(tensor_of(fast, extents, random_numbers(extents, 1).data()));
  const variable scale(filled(fast, {3}, 2)), shift(filled(fast, {3}, 1));
  running_statistics running{filled(fast, {3}, 0), filled(fast, {3}, 1), 1};  // the last batch alone
  const variable trained = batch_norm(x, scale, shift, running, true),
                 fixed = batch_norm(x, scale, shift, running, false);
  const float *a = numbers_of<float>(trained.value()), *b = numbers_of<float>(fixed.value());
  for (index_t k = 0; k < extents.size(); ++k)
    CHECK(std::abs(a[k] - b[k]) < 0.03F);  // biased against unbiased variance
}

TEST_CASE("the same step takes no memory from the system again", "[autograd]") {
  onednn_device fast(all_precisions().back(), 2);
  const variable filter(tensor_of(fast, {16, 8, 3, 3}, random_numbers({16, 8, 3, 3}, 1).data()), true);
  const auto step = [&] {
    const variable x(tensor_of(fast, {4, 8, 6, 6}, random_numbers({4, 8, 6, 6}, 2).data()));
    const variable y = global_average_pool(relu(conv2d(x, filter, {.padding = 1})));
    filter.clear_gradient();
    backward(cross_entropy(y, std::vector<int>{0, 1, 2, 3}));
  };
  step();
  step();
  const index_t before = fast.allocations();
  for (int k = 0; k < 5; ++k) step();
  CHECK(fast.allocations() == before);
}
