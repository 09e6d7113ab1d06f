// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/tensor_view.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <numeric>
#include <type_traits>
#include <vector>

using mixcon::axes;
using mixcon::matrix_view;
using mixcon::tensor_view;
using mixcon::vector_view;

namespace {

std::vector<float> counting(std::size_t n) {
  std::vector<float> numbers(n);
  std::iota(numbers.begin(), numbers.end(), 0.0f);
  return numbers;
}

}  // namespace

TEST_CASE("A view can be carried into a kernel", "[core]") {
  STATIC_REQUIRE(std::is_trivially_copyable_v<tensor_view<float, 4>>);
  STATIC_REQUIRE(std::is_standard_layout_v<tensor_view<float, 4>>);
  STATIC_REQUIRE(std::is_trivially_copyable_v<axes<3>>);
  STATIC_REQUIRE(tensor_view<float, 4>::rank == 4);
}

TEST_CASE("Extents alone mean row-major without gaps", "[core]") {
  auto memory = counting(24);
  const tensor_view<float, 3> cube{memory.data(), {2, 3, 4}};
  CHECK(cube.strides() == axes<3>{12, 4, 1});
  CHECK(cube.size() == 24);
  CHECK(cube.contiguous());
  CHECK_FALSE(cube.empty());
  CHECK(cube(1, 2, 3) == 23);
  CHECK(cube(1, 0, 2) == 14);
}

TEST_CASE("An element is found at the sum of index times stride", "[core]") {
  auto memory = counting(40);
  const matrix_view<float> part{memory.data() + 1, {3, 4}, {12, 2}};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j) CHECK(&part(i, j) == memory.data() + 1 + 12 * i + 2 * j);
  CHECK_FALSE(part.contiguous());
  CHECK(part.extent(0) == 3);
  CHECK(part.stride(1) == 2);
}

TEST_CASE("Indices may be of any integer type", "[core]") {
  auto memory = counting(6);
  const matrix_view<float> z{memory.data(), {2, 3}};
  CHECK(z(std::size_t{1}, std::int8_t{2}) == 5);
  CHECK(z(1u, std::int64_t{0}) == 3);
}

TEST_CASE("Negative strides run backwards", "[core]") {
  auto memory = counting(6);
  const matrix_view<float> reversed{memory.data() + 5, {2, 3}, {-3, -1}};
  CHECK(reversed(0, 0) == 5);
  CHECK(reversed(1, 2) == 0);
  CHECK_FALSE(reversed.contiguous());
  const vector_view<float> backwards{memory.data() + 5, {6}, {-1}};
  CHECK(backwards[0] == 5);
  CHECK(backwards[5] == 0);
}

TEST_CASE("A zero stride repeats elements", "[core]") {
  auto memory = counting(3);
  const matrix_view<const float> repeated{memory.data(), {4, 3}, {0, 1}};
  CHECK(repeated.size() == 12);
  CHECK_FALSE(repeated.contiguous());
  for (int row = 0; row < 4; ++row) CHECK(repeated(row, 2) == 2);
}

TEST_CASE("The stride of an axis with one element does not matter", "[core]") {
  auto memory = counting(6);
  CHECK(matrix_view<float>{memory.data(), {1, 6}, {77, 1}}.contiguous());
  CHECK(matrix_view<float>{memory.data(), {6, 1}, {1, 0}}.contiguous());
  CHECK_FALSE(matrix_view<float>{memory.data(), {3, 1}, {2, 1}}.contiguous());
}

TEST_CASE("A view may start one element into a buffer, off the alignment of vector instructions", "[core]") {
  alignas(64) float memory[17] = {};
  const vector_view<float> shifted{memory + 1, {16}};
  shifted[15] = 3;
  CHECK(memory[16] == 3);
  CHECK(shifted.contiguous());
}

TEST_CASE("A view with an empty axis is empty, and a default one stands for nothing wanted", "[core]") {
  float memory[1] = {};
  CHECK(matrix_view<float>{memory, {0, 5}}.empty());
  CHECK(matrix_view<float>{memory, {5, 0}}.empty());
  CHECK(static_cast<bool>(matrix_view<float>{memory, {5, 0}}));
  const matrix_view<float> unwanted;
  CHECK(unwanted.empty());
  CHECK_FALSE(static_cast<bool>(unwanted));
  CHECK(unwanted.extents() == axes<2>{0, 0});
}

TEST_CASE("A view of mutable elements is one of const elements, and never the reverse", "[core]") {
  auto memory = counting(4);
  const matrix_view<float> z{memory.data(), {2, 2}, {1, 2}};
  const matrix_view<const float> constant = z;
  CHECK(constant.data() == z.data());
  CHECK(constant.strides() == z.strides());
  STATIC_REQUIRE(std::is_same_v<decltype(constant(0, 0)), const float&>);
  STATIC_REQUIRE(std::is_same_v<decltype(z(0, 0)), float&>);  // a const view may refer to mutable elements
  STATIC_REQUIRE(!std::is_convertible_v<matrix_view<const float>, matrix_view<float>>);
  STATIC_REQUIRE(!std::is_convertible_v<matrix_view<float>, matrix_view<double>>);
  STATIC_REQUIRE(!std::is_convertible_v<matrix_view<float>, vector_view<float>>);
}

TEST_CASE("A view can be used in constant expressions", "[core]") {
  static constexpr int memory[6] = {1, 2, 3, 4, 5, 6};
  constexpr matrix_view<const int> table{memory, {2, 3}};
  STATIC_REQUIRE(table(1, 1) == 5);
  STATIC_REQUIRE(table.contiguous());
  STATIC_REQUIRE(mixcon::row_major(axes<3>{2, 3, 4}) == axes<3>{12, 4, 1});
}

TEST_CASE("Sizes and positions beyond 32 bits do not wrap", "[core]") {
  alignas(16) std::uint8_t memory[2] = {7, 9};
  const mixcon::index_t rows = 100'000, width = 100'000;
  CHECK(matrix_view<std::uint8_t>{memory, {rows, width}}.size() == 10'000'000'000);
  // row 50000 of a step of -100000 bytes, started where that row is at home
  const auto far = reinterpret_cast<std::uintptr_t>(memory) + 5'000'000'000u;
  const matrix_view<std::uint8_t> tall{reinterpret_cast<std::uint8_t*>(far), {rows, 2}, {-width, 1}};
  CHECK(tall(50'000, 1) == 9);
}
