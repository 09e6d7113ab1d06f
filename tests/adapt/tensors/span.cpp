// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/adapt/tensors/span.hpp>

#include "support/catch.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <type_traits>
#include <vector>

using mixcon::as_matrix;
using mixcon::as_nhwc;
using mixcon::as_tensor;
using mixcon::index_t;
using mixcon::matrix_view;
using mixcon::tensor_view;
using mixcon::vector_view;

TEST_CASE("A vector with a shape is a row-major matrix in place", "[adapt]") {
  std::vector<float> memory(6);
  std::iota(memory.begin(), memory.end(), 0.0f);
  const auto z = as_matrix(memory, 2, 3);
  STATIC_REQUIRE(std::is_same_v<decltype(z), const matrix_view<float>>);
  CHECK(z.data() == memory.data());
  CHECK(z.contiguous());
  CHECK(z(0, 2) == 2);
  CHECK(z(1, 0) == 3);
  z(1, 2) = 9;
  CHECK(memory[5] == 9);
}

TEST_CASE("A span with a shape is a tensor of any rank", "[adapt]") {
  std::array<double, 24> memory;
  std::iota(memory.begin(), memory.end(), 0.0);
  const auto images = as_tensor<4>(std::span(memory), {2, 1, 3, 4});
  STATIC_REQUIRE(std::is_same_v<decltype(images), const tensor_view<double, 4>>);
  CHECK(images(1, 0, 2, 3) == 23);
  CHECK(as_tensor<1>(memory, {24})[7] == 7);
  CHECK(as_tensor(memory, mixcon::axes<3>{2, 3, 4})(1, 1, 1) == 17);
}

TEST_CASE("Channels-last images are seen channels-first in place", "[adapt]") {
  std::vector<float> memory(2 * 3 * 4 * 5);  // (2, 3, 4, 5): five channels
  std::iota(memory.begin(), memory.end(), 0.0f);
  const auto last = as_tensor<4>(memory, {2, 3, 4, 5});
  const auto images = as_nhwc(memory, {2, 3, 4, 5});
  STATIC_REQUIRE(std::is_same_v<decltype(images), const tensor_view<float, 4>>);
  CHECK(images.extents() == mixcon::axes<4>{2, 5, 3, 4});
  CHECK(images(1, 2, 0, 3) == last(1, 0, 3, 2));
  CHECK(&images(1, 4, 2, 3) == &memory.back());
  const tensor_view<const float, 4> flipped{memory.data() + 15, {2, 3, 4, 5}, {60, 20, -5, 1}};  // columns backwards
  CHECK(as_nhwc(flipped)(1, 2, 2, 0) == last(1, 2, 3, 2));
  STATIC_REQUIRE(std::is_same_v<decltype(as_nhwc(flipped)), tensor_view<const float, 4>>);
  CHECK_THROWS_WITH(as_nhwc(memory, {2, 3, 4, 4}), ContainsSubstring("as_nhwc: 120 elements came for the shape"));
  const auto takes = [](auto&& images_of) {
    return requires { as_nhwc(static_cast<decltype(images_of)>(images_of)); };
  };
  CHECK(takes(last));
  CHECK_FALSE(takes(as_matrix(memory, 2, 60)));
}

TEST_CASE("Const storage with a shape gives const elements", "[adapt]") {
  const std::vector<float> constant(6);
  const std::vector<int> labels(4);
  STATIC_REQUIRE(std::is_same_v<decltype(as_matrix(constant, 2, 3)), matrix_view<const float>>);
  STATIC_REQUIRE(std::is_same_v<decltype(as_matrix(std::span(constant), 2, 3)), matrix_view<const float>>);
  STATIC_REQUIRE(std::is_same_v<decltype(as_tensor<1>(labels, {4})), vector_view<const int>>);
}

TEST_CASE("Storage that would die before the view is refused", "[adapt]") {
  const auto takes = [](auto&& storage) {
    return requires { as_matrix(static_cast<decltype(storage)>(storage), 1, 1); };
  };
  std::vector<float> named(1);
  CHECK(takes(named));
  CHECK(takes(std::span(named)));
  CHECK_FALSE(takes(std::vector<float>(1)));
  CHECK_FALSE(takes(std::array<float, 1>{}));
}

TEST_CASE("A shape that does not fit its storage is answered with both", "[adapt]") {
  std::vector<float> memory(12);
  CHECK_THROWS_WITH(as_matrix(memory, 3, 5), ContainsSubstring("as_matrix: 12 elements came for the shape (3, 5); "
                                                               "expected as many as their product"));
  CHECK_THROWS_WITH(as_tensor<3>(memory, {2, 2, 2}),
                    ContainsSubstring("as_tensor: 12 elements came for the shape (2, 2, 2)"));
  CHECK_THROWS_AS(as_matrix(memory, -3, -4), std::invalid_argument);
  CHECK_THROWS_AS(as_matrix(memory, 0, 12), std::invalid_argument);
}

TEST_CASE("A shape whose product overflows is refused", "[adapt]") {
  std::vector<float> memory(12);
  const index_t huge = index_t{1} << 62;
  CHECK_THROWS_AS(as_matrix(memory, huge, 4), std::invalid_argument);  // 0 in 64 bits
  CHECK_THROWS_AS(as_tensor<3>(memory, {huge, 8, 12}), std::invalid_argument);
  CHECK_THROWS_AS(as_matrix(memory, std::numeric_limits<index_t>::min(), -1), std::invalid_argument);
}

TEST_CASE("Zero rows or zero columns are a shape for empty storage", "[adapt]") {
  std::vector<float> nothing;
  CHECK(as_matrix(nothing, 0, 128).extents() == mixcon::axes<2>{0, 128});
  CHECK(as_matrix(nothing, 3, 0).empty());
  CHECK_THROWS_AS(as_tensor<3>(nothing, {0, index_t{1} << 62, 8}), std::invalid_argument);  // its strides overflow
  CHECK_THROWS_AS(as_matrix(nothing, 1, 1), std::invalid_argument);
}

TEST_CASE("Flat views can be given a shape when their elements follow one another", "[adapt]") {
  std::vector<float> memory(12);
  const vector_view<float> dense{memory.data(), {12}}, sparse{memory.data(), {6}, {2}};
  CHECK(as_matrix(dense, 4, 3).data() == memory.data());
  CHECK_THROWS_WITH(as_matrix(sparse, 2, 3), ContainsSubstring("as_matrix: elements are 2 apart"));
}
