// SPDX-License-Identifier: BSD-3-Clause
// Rows and channels taken and put, group maxima, dropout, masks and upsampling.
// On `tested_device`, which who includes this has defined.
#pragma once

#include "autograd/operators.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <algorithm>
#include <cmath>

namespace mixcon_train {

TEST_CASE("channels are joined and cut", "[autograd]") {
  tested_device on;
  const auto a = random_variable(on, {2, 3, 2, 2}, 1), b = random_variable(on, {2, 1, 2, 2}, 2);
  const variable both = concatenate_channels(a, b);
  CHECK(both.extents() == shape{2, 4, 2, 2});
  CHECK(numbers_in(slice_channels(both, 0, 3)) == numbers_in(a));
  CHECK(numbers_in(slice_channels(both, 3, 4)) == numbers_in(b));
  check_gradients("concatenate_channels", {a, b}, [&] { return square(concatenate_channels(a, b)); });
  check_gradients("slice_channels", {a}, [&] { return slice_channels(a, 1, 2); });
  CHECK_THROWS_WITH(slice_channels(a, 2, 4),
                    "slice_channels: channels [2, 4) of (2, 3, 2, 2); expected a part of them");
  CHECK_THROWS_WITH(concatenate_channels(a, random_variable(on, {3, 3, 2, 2}, 3)),
                    "concatenate_channels: the inputs have shapes (2, 3, 2, 2) and (3, 3, 2, 2); expected the same but "
                    "for the second extent");
}

TEST_CASE("rows are gathered and scattered, and a negative number is no row", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {3, 2}, 4);
  const auto from = numbers_in(x);
  CHECK(numbers_in(gather_rows(x, {2, -1, 0, 2})) ==
        std::vector<double>{from[4], from[5], 0, 0, from[0], from[1], from[4], from[5]});
  CHECK(numbers_in(scatter_rows(x, {1, -1, 1}, 4)) ==
        std::vector<double>{0, 0, from[0] + from[4], from[1] + from[5], 0, 0, 0, 0});
  check_gradients("gather_rows", {x}, [&] { return gather_rows(x, {2, -1, 0, 2}); });
  check_gradients("scatter_rows", {x}, [&] { return scatter_rows(x, {1, -1, 1}, 4); });
  CHECK_THROWS_WITH(gather_rows(x, {3}), "gather_rows: row 3 of 3; expected a number below that, or -1 for none");
}

TEST_CASE("max-out takes the largest of neighbouring channels", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {2, 6, 2, 2}, 5), rows = random_variable(on, {3, 6}, 6);
  const auto from = numbers_in(x), found = numbers_in(group_maximum(x, 3));
  for (std::size_t n = 0; n < 2; ++n)
    for (std::size_t c = 0; c < 2; ++c)
      for (std::size_t k = 0; k < 4; ++k) {
        const auto at = [&](std::size_t piece) { return from[(n * 6 + 3 * c + piece) * 4 + k]; };
        CHECK(found[(n * 2 + c) * 4 + k] == std::max({at(0), at(1), at(2)}));
      }
  check_gradients("group_maximum of images", {x}, [&] { return group_maximum(x, 2); });
  check_gradients("group_maximum of rows", {rows}, [&] { return group_maximum(rows, 3); });
  CHECK_THROWS_WITH(group_maximum(rows, 4),
                    "group_maximum: groups of 4 of the channels of (3, 6); expected a divisor of their number");
}

TEST_CASE("dropout keeps the mean, follows its draws, and is what it was in the gradient", "[autograd]") {
  tested_device on;
  const variable ones(filled(on, {100, 100}, 1), true);
  const mixcon::philox_draws draws{.seed = 3, .step = 5};
  const auto dropped = numbers_in(dropout(ones, 0.2, draws));
  const auto zeros = std::count(dropped.begin(), dropped.end(), 0.0);
  CHECK(std::abs(static_cast<double>(zeros) - 2000) < 4 * 40);  // four standard deviations
  CHECK(*std::max_element(dropped.begin(), dropped.end()) == Approx(1.25));
  CHECK(numbers_in(dropout(ones, 0.2, draws)) == dropped);
  CHECK(numbers_in(dropout(ones, 0.2, draws.within("another"))) != dropped);
  backward(sum(dropout(ones, 0.2, draws)));
  CHECK(numbers_in(ones.gradient()) == dropped);
  const auto x = random_variable(on, {3, 4}, 7);
  check_gradients("dropout", {x}, [&] { return dropout(x, 0.5, draws); });
  CHECK_THROWS_WITH(dropout(x, 1, draws), "dropout: the probability is 1; expected a number in [0, 1)");
}

TEST_CASE("a learned mask mixes each sample with its partner", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {3, 2, 2, 3}, 8), mask = random_variable(on, {3, 1, 2, 3}, 9),
             full = random_variable(on, {3, 2, 2, 3}, 10);
  const std::vector<index_t> partner{1, 2, 1};  // not even a permutation
  const auto from = numbers_in(x), shares = numbers_in(mask), found = numbers_in(mask_blend(x, partner, mask));
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 12; ++k) {
      const double share = shares[i * 6 + k % 6];
      CHECK(found[i * 12 + k] ==
            Approx(share * from[i * 12 + k] + (1 - share) * from[static_cast<std::size_t>(partner[i]) * 12 + k]));
    }
  check_gradients("mask_blend", {x, mask}, [&] { return mask_blend(x, partner, mask); });
  check_gradients("mask_blend, a mask a channel", {x, full}, [&] { return mask_blend(x, partner, full); });
  const variable images = constant(x);
  backward(weighed(mask_blend(images, partner, mask)));
  CHECK(mask.gradient());
  CHECK(!images.gradient());
  CHECK_THROWS_WITH(mask_blend(x, {0, 1}, mask), "mask_blend: 2 partners for 3 samples; expected one each");
}

TEST_CASE("images are enlarged by repetition or between centres", "[autograd]") {
  tested_device on;
  const auto x = random_variable(on, {2, 2, 3, 2}, 11);
  const auto from = numbers_in(x), near = numbers_in(upsample_nearest(x, 2)),
             between = numbers_in(upsample_bilinear(x, 4));
  for (std::size_t plane = 0; plane < 4; ++plane)
    for (std::size_t r = 0; r < 6; ++r)
      for (std::size_t c = 0; c < 4; ++c) CHECK(near[(plane * 6 + r) * 4 + c] == from[(plane * 3 + r / 2) * 2 + c / 2]);
  const auto at = [&](std::size_t plane, double y, double z) {  // by distances to all places, clamped to the edges
    y = std::clamp(y, 0.0, 2.0), z = std::clamp(z, 0.0, 1.0);
    double sum = 0;
    for (std::size_t r = 0; r < 3; ++r)
      for (std::size_t c = 0; c < 2; ++c)
        sum += std::max(0.0, 1 - std::abs(y - static_cast<double>(r))) *
               std::max(0.0, 1 - std::abs(z - static_cast<double>(c))) * from[(plane * 3 + r) * 2 + c];
    return sum;
  };
  for (std::size_t plane = 0; plane < 4; ++plane)
    for (std::size_t r = 0; r < 12; ++r)
      for (std::size_t c = 0; c < 8; ++c)
        CHECK(between[(plane * 12 + r) * 8 + c] ==
              Approx(at(plane, (static_cast<double>(r) + 0.5) / 4 - 0.5, (static_cast<double>(c) + 0.5) / 4 - 0.5)));
  check_gradients("upsample_nearest", {x}, [&] { return upsample_nearest(x, 3); });
  check_gradients("upsample_bilinear", {x}, [&] { return upsample_bilinear(x, 3); });
}

}  // namespace mixcon_train
