// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include "support/catch.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

using mixcon::element_t;
using mixcon::LabelsViewable;
using mixcon::matrix_view;
using mixcon::tensor_view;
using mixcon::vector_view;
using mixcon::view;
using mixcon::Viewable;

namespace {

// A tensor type as users write it, with a pitch: rows start at multiples of it.
struct pitched_image {
  int rows, width, pitch;
  std::vector<float> pixels;
  pitched_image(int r, int w, int p) : rows(r), width(w), pitch(p), pixels(static_cast<std::size_t>(r * p)) {}
};

// One whose rank is known at run time only.
struct any_rank {
  std::vector<mixcon::index_t> shape;
  std::vector<float> data;
};

struct no_tensor {};

struct gradients {
  matrix_view<float> anchors{}, candidates{};
  vector_view<float> temperature{};
};

float corner(matrix_view<const float> z) { return z(z.extent(0) - 1, z.extent(1) - 1); }
mixcon::index_t length(vector_view<const float> v) { return v.extent(0); }

// Which overload a tensor takes shows that its rank and element pick it.
int picked(vector_view<const float>) { return 1; }
int picked(matrix_view<const float>) { return 2; }
int picked(vector_view<const std::int64_t>) { return 3; }

}  // namespace

template <>
struct mixcon::tensor_traits<pitched_image> {
  static auto view(auto& image) {
    using element = std::remove_pointer_t<decltype(image.pixels.data())>;
    return matrix_view<element>{image.pixels.data(), {image.rows, image.width}, {image.pitch, 1}};
  }
};

template <>
struct mixcon::tensor_traits<any_rank> {
  template <int Rank>
  static auto view_as(auto& tensor) {
    MIXCON_REQUIRE(tensor.shape.size() == std::size_t{Rank}, "view: ", tensor.shape.size(), " axes, not ", Rank);
    axes<Rank> extents;
    for (int axis = 0; axis < Rank; ++axis) extents[axis] = tensor.shape[static_cast<std::size_t>(axis)];
    return tensor_view<std::remove_pointer_t<decltype(tensor.data.data())>, Rank>{tensor.data.data(), extents};
  }
};

TEST_CASE("Standard containers are vectors in place", "[core]") {
  std::vector<int> vector{1, 2, 3};
  std::array<double, 2> array{4, 5};
  std::span<int> span = vector;
  CHECK(view(vector).data() == vector.data());
  CHECK(view(vector).extent(0) == 3);
  CHECK(view(array)[1] == 5);
  CHECK(view(span).data() == vector.data());
  CHECK(view(std::span(vector).subspan(1))[0] == 2);  // a temporary that only refers to its elements
  STATIC_REQUIRE((Viewable<std::vector<int>, 1> && Viewable<std::array<double, 2>, 1> && Viewable<std::span<int>, 1>));
  STATIC_REQUIRE((!Viewable<std::vector<int>, 2> && !Viewable<int, 1> && !Viewable<no_tensor, 2>));
}

TEST_CASE("Const containers give views of const elements", "[core]") {
  const std::vector<float> constant(2);
  const std::array<float, 2> array{};
  const std::span<float> span;
  STATIC_REQUIRE(std::is_same_v<decltype(view(constant)), vector_view<const float>>);
  STATIC_REQUIRE(std::is_same_v<decltype(view(array)), vector_view<const float>>);
  STATIC_REQUIRE(std::is_same_v<decltype(view(span)), vector_view<float>>);  // a span does not own what it refers to
  STATIC_REQUIRE(std::is_same_v<element_t<const std::vector<float>>, float>);
  STATIC_REQUIRE(std::is_same_v<element_t<const std::vector<float>&>, float>);
  STATIC_REQUIRE(std::is_same_v<element_t<std::span<const double>>, double>);
}

TEST_CASE("A view is a tensor too, named or not", "[core]") {
  float memory[6] = {0, 1, 2, 3, 4, 5};
  const matrix_view<float> z{memory, {2, 3}};
  CHECK(view(z).data() == memory);
  CHECK(view(matrix_view<float>{memory, {3, 2}}).extent(0) == 3);
  CHECK(view<2>(z).extent(1) == 3);
  STATIC_REQUIRE((Viewable<matrix_view<float>, 2> && Viewable<const matrix_view<const float>, 2>));
  STATIC_REQUIRE(std::is_same_v<element_t<matrix_view<const float>>, float>);
}

TEST_CASE("Your own type joins by one specialisation", "[core]") {
  pitched_image image(3, 4, 8);
  image.pixels[2 * 8 + 3] = 5;
  CHECK(view(image).strides() == mixcon::axes<2>{8, 1});
  CHECK(view(image)(2, 3) == 5);
  STATIC_REQUIRE((Viewable<pitched_image, 2> && Viewable<const pitched_image&, 2> && !Viewable<pitched_image, 3>));
  STATIC_REQUIRE(std::is_same_v<decltype(view(std::as_const(image))), matrix_view<const float>>);
}

TEST_CASE("A rank known at run time is asked for, and checked", "[core]") {
  any_rank tensor{{2, 3}, std::vector<float>(6)};
  tensor.data[5] = 4;
  STATIC_REQUIRE((Viewable<any_rank, 1> && Viewable<any_rank, 2> && Viewable<const any_rank, 4>));
  STATIC_REQUIRE(std::is_same_v<element_t<any_rank>, float>);
  CHECK(view<2>(tensor)(1, 2) == 4);
  CHECK(corner(tensor) == 4);
  CHECK_THROWS_WITH(view<3>(tensor), "view: 2 axes, not 3");
  CHECK_THROWS_WITH(length(tensor), "view: 2 axes, not 1");
}

TEST_CASE("A parameter that is a view takes any tensor of its element and rank", "[core]") {
  std::vector<float> vector(7);
  const std::vector<float> constant(5);
  pitched_image image(3, 4, 8);
  image.pixels[2 * 8 + 3] = 5;
  CHECK(length(vector) == 7);
  CHECK(length(constant) == 5);
  CHECK(length(std::span(vector).first(3)) == 3);
  CHECK(corner(image) == 5);
  CHECK(picked(vector) == 1);
  CHECK(picked(image) == 2);
  const std::vector<std::int64_t> labels(3);
  CHECK(picked(labels) == 3);
  STATIC_REQUIRE(!std::is_convertible_v<std::vector<double>&, vector_view<float>>);
  STATIC_REQUIRE(!std::is_convertible_v<std::vector<float>&, matrix_view<float>>);
  STATIC_REQUIRE(!std::is_convertible_v<const std::vector<float>&, vector_view<float>>);
  STATIC_REQUIRE(!std::is_convertible_v<no_tensor&, matrix_view<float>>);
}

TEST_CASE("Members that are views can be named and set from tensors", "[core]") {
  pitched_image rows(3, 4, 8);
  std::vector<float> slope(1);
  const gradients wanted{.anchors = rows, .temperature = slope};
  wanted.anchors(1, 2) = 6;
  wanted.temperature[0] = 7;
  CHECK(rows.pixels[8 + 2] == 6);
  CHECK(slope[0] == 7);
  CHECK_FALSE(static_cast<bool>(wanted.candidates));
}

TEST_CASE("A temporary that owns its elements is no argument", "[core]") {
  STATIC_REQUIRE(!std::is_convertible_v<std::vector<float>, vector_view<float>>);
  STATIC_REQUIRE(!std::is_convertible_v<std::vector<float>, vector_view<const float>>);
  STATIC_REQUIRE(!std::is_convertible_v<const std::vector<float>, vector_view<const float>>);
  STATIC_REQUIRE(!std::is_convertible_v<std::array<float, 3>, vector_view<const float>>);
  STATIC_REQUIRE(!std::is_convertible_v<pitched_image, matrix_view<const float>>);
  STATIC_REQUIRE(std::is_convertible_v<std::span<float>, vector_view<const float>>);
  STATIC_REQUIRE(std::is_convertible_v<std::span<float>, vector_view<float>>);
}

TEMPLATE_TEST_CASE("Labels may be of any integer type", "[core]", std::int8_t, std::int16_t, std::int32_t, std::int64_t,
                   std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, char, long long) {
  STATIC_REQUIRE(LabelsViewable<std::vector<TestType>>);
  STATIC_REQUIRE(LabelsViewable<const std::vector<TestType>&>);
  STATIC_REQUIRE(LabelsViewable<vector_view<const TestType>>);
  STATIC_REQUIRE(!LabelsViewable<matrix_view<TestType>>);
}

TEST_CASE("Numbers, flags and things without a view are no labels", "[core]") {
  STATIC_REQUIRE(!LabelsViewable<std::vector<float>>);
  STATIC_REQUIRE(!LabelsViewable<std::span<bool>>);
  STATIC_REQUIRE(!LabelsViewable<int>);
  STATIC_REQUIRE(!LabelsViewable<no_tensor>);
}

TEST_CASE("Empty containers are empty views", "[core]") {
  const std::vector<float> nothing;
  CHECK(view(nothing).empty());
  CHECK(length(nothing) == 0);
  std::array<float, 0> none;
  CHECK(view(none).empty());
}
