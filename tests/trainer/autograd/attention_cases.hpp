// SPDX-License-Identifier: BSD-3-Clause
// Softmax and products of many matrices, and what MixBlock makes of them.
// On `tested_device`, which who includes this has defined.
#pragma once

#include "autograd/attention.hpp"
#include "autograd/operators.hpp"
#include "autograd/pair_sum.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <cmath>

namespace mixcon_train {

TEST_CASE("softmax and its logarithm go along one axis", "[autograd]") {
  tested_device on;
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
  tested_device on;
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

TEST_CASE("attention to one value a place is softmax and two products", "[autograd]") {
  tested_device on;
  for (const index_t side : {1, 3}) {  // of the queries; the keys have 2 x 5 places
    const auto q = random_variable(on, {2, 3, side, 2}, 4), k = random_variable(on, {2, 3, 2, 5}, 5),
               v = random_variable(on, {2, 1, 2, 5}, 6);
    const attended seen = attend(q, k, v, 0.7);
    const variable logits = batched_product(reshape(q, {2, 3, 2 * side}), true, reshape(k, {2, 3, 10}), false),
                   weights = softmax(scale(logits, 0.7)),
                   found = batched_product(weights, false, reshape(v, {2, 10, 1}), false);
    CHECK(seen.found.extents() == shape{2, 1, side, 2});
    const auto a = numbers_in(seen.found), b = numbers_in(found), c = numbers_in(seen.weights), d = numbers_in(weights);
    for (std::size_t n = 0; n < a.size(); ++n) CHECK(a[n] == Approx(b[n]).epsilon(1e-13));
    for (std::size_t n = 0; n < c.size(); ++n) CHECK(c[n] == Approx(d[n]).epsilon(1e-13));
    check_gradients("attend", {q, k, v}, [&] { return attend(q, k, v, 0.7).found; });
  }
  const double far[] = {1e4, 1, -1e4}, values[] = {3, 4, 5};  // logits of 1e8, beyond half's range and exp's
  const variable one(tensor_of(on, {1, 1, 1, 1}, far)), three(tensor_of(on, {1, 1, 1, 3}, far)),
      content(tensor_of(on, {1, 1, 1, 3}, values));
  CHECK(numbers_in(attend(one, three, content, 1).found)[0] == 3);
  CHECK_THROWS_WITH(attend(one, three, three, 1).found + attend(three, content, one, 1).found,
                    "attend: queries (1, 1, 1, 3), keys (1, 1, 1, 3) and values (1, 1, 1, 1); expected keys of the "
                    "queries' samples and features, and one value for each place of a key");
}

TEST_CASE("sums of pairs are sums with gathered rows", "[autograd]") {
  tested_device on;
  const auto own = random_variable(on, {3, 2, 2, 3}, 7), others = random_variable(on, {3, 2, 2, 3}, 8),
             bias = random_variable(on, {2}, 9);
  const std::vector<index_t> partner{2, 0, 2};
  const auto found = numbers_in(pair_sum(own, 0.5, others, -2, partner, bias)),
             expected = numbers_in(scale(own, 0.5) + scale(gather_rows(others, partner), -2) + of_channels(bias, own));
  for (std::size_t k = 0; k < found.size(); ++k) CHECK(found[k] == Approx(expected[k]));
  check_gradients("both", {own, others, bias}, [&] { return pair_sum(own, 0.5, others, -2, partner, bias); });
  check_gradients("of one batch", {own}, [&] { return pair_sum(own, 0.5, own, -2, partner); });
  check_gradients("own", {own, bias}, [&] { return pair_sum(own, 0.5, {}, 1, partner, bias); });
  check_gradients("others", {others}, [&] { return pair_sum({}, 1, others, 3, partner); });
  CHECK_THROWS_WITH(pair_sum(own, 1, others, 1, {0, 1, 3}), "pair_sum: partner 3 of 3 samples");
  CHECK_THROWS_WITH(pair_sum(own, 1, others, 1, {0}), "pair_sum: 1 partners for 3 samples; expected one each");
}

}  // namespace mixcon_train
