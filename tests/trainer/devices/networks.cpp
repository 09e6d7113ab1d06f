// SPDX-License-Identifier: BSD-3-Clause
// A whole network on every device.
#include "devices/onednn_device.hpp"
#include "devices/reference_device.hpp"
#include "nn/resnet.hpp"
#include "support/catch.hpp"
#include "trainer/devices/precisions.hpp"
#include "trainer/nn/images.hpp"

#include <cmath>

using namespace mixcon_train;
using mixcon_test::images_on;
using mixcon_test::numbers;

TEST_CASE("networks of one seed are equal, and answer alike on every device", "[nn]") {
  reference_device plain;
  onednn_device fast(precision::fp32, 2), half_fast(all_precisions().back(), 2);
  const resnet_options options{.depth = 8, .channels = 1, .width = 8, .seed = 9};
  resnet a(plain, options), b(fast, options), c(half_fast, options);
  const std::vector<double> expected = numbers(a.forward(images_on(plain, {4, 1, 12, 12})));
  const std::vector<double> found = numbers(b.forward(images_on(fast, {4, 1, 12, 12}))),
                            rounded = numbers(c.forward(images_on(half_fast, {4, 1, 12, 12})));
  for (std::size_t k = 0; k < expected.size(); ++k) {
    CHECK(found[k] == Approx(expected[k]).epsilon(1e-3).margin(1e-4));
    CHECK(std::abs(rounded[k] - expected[k]) < 0.1);
  }
}
