// SPDX-License-Identifier: BSD-3-Clause
// Softmax and products of many matrices, and what MixBlock makes of them.
#include "autograd/operators.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <cmath>

using namespace mixcon_train;

TEST_CASE("softmax and its logarithm go along one axis", "[autograd]") {
  reference_device on;
  const auto x = random_variable(on, {2, 3, 4}, 1);
  const auto from = numbers_in(x), last = numbers_in(softmax(x)), middle = numbers_in(log_softmax(x, 1));
  for (std::size_t n = 0; n < 2; ++n)
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 4; ++j) {
        double along_last = 0, along_middle = 0;
        for (std::size_t k = 0; k < 4; ++k) along_last += std::exp(from[n * 12 + i * 4 + k]);
        for (std::size_t k = 0; k < 3; ++k) along_middle += std::exp(from[n * 12 + k * 4 + j]);
        const std::size_t at = n * 12 + i * 4 + j;
        CHECK(last[at] == Approx(std::exp(from[at]) / along_last));
        CHECK(middle[at] == Approx(from[at] - std::log(along_middle)));
      }
  for (const int axis : {-1, 0, 1}) {
    check_gradients("softmax", {x}, [&] { return softmax(x, axis); });
    check_gradients("log_softmax", {x}, [&] { return log_softmax(x, axis); });
  }
  const double far[] = {1000, 999, -1000};
  CHECK(numbers_in(softmax(variable(tensor_of(on, {1, 3}, far))))[0] == Approx(1 / (1 + std::exp(-1.0))));
  CHECK_THROWS_WITH(softmax(x, 3), "softmax: axis 3 of (2, 3, 4); expected one of its axes, or -1 for the last");
}

TEST_CASE("a product of each pair of matrices, either of them transposed", "[autograd]") {
  reference_device on;
  const auto a = random_variable(on, {2, 3, 4}, 2), b = random_variable(on, {2, 4, 5}, 3);
  const auto x = numbers_in(a), y = numbers_in(b), found = numbers_in(batched_product(a, false, b, false));
  for (std::size_t n = 0; n < 2; ++n)
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 5; ++j) {
        double sum = 0;
        for (std::size_t k = 0; k < 4; ++k) sum += x[n * 12 + i * 4 + k] * y[n * 20 + k * 5 + j];
        CHECK(found[n * 15 + i * 5 + j] == Approx(sum));
      }
  const variable a_turned(transpose(a).value(), true), b_turned(transpose(b).value(), true);
  for (const bool left : {false, true})
    for (const bool right : {false, true}) {
      const variable &l = left ? a_turned : a, &r = right ? b_turned : b;
      const auto again = numbers_in(batched_product(l, left, r, right));
      for (std::size_t k = 0; k < again.size(); ++k) CHECK(again[k] == Approx(found[k]));
      check_gradients("batched_product", {l, r}, [&] { return batched_product(l, left, r, right); });
    }
  CHECK_THROWS_WITH(batched_product(a, false, b, true),
                    "batched_product: the inputs have shapes (2, 3, 4) and (2, 4, 5), transposed; expected (B, n, k) "
                    "and (B, k, m)");
}

TEST_CASE("the mask of a MixBlock has the gradient of its value", "[autograd]") {
  reference_device on;
  const index_t samples = 2, channels = 4, side = 2, places = side * side;
  const auto features = random_variable(on, {samples, channels, side, side}, 4),
             query = random_variable(on, {2, channels, 1, 1}, 5), content = random_variable(on, {1, channels, 1, 1}, 6),
             bias = random_variable(on, {1}, 7);
  const auto mask = [&] {
    const variable partner = gather_rows(features, {1, 0});
    const variable q = reshape(conv2d(features, query, {}), {samples, 2, places}),
                   k = reshape(conv2d(partner, query, {}), {samples, 2, places}),
                   v = reshape(conv2d(partner, content, {}, bias), {samples, places, 1});
    const variable attention = softmax(scale(batched_product(q, true, k, false), 1 / std::sqrt(2.0)));
    const variable logits = reshape(batched_product(attention, false, v, false), {samples, 1, side, side});
    return sigmoid(upsample_bilinear(logits, 2));
  };
  check_gradients("mask", {features, query, content, bias}, mask);
}
