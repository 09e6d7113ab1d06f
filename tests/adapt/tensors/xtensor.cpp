// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/adapt/tensors/xtensor.hpp>

#include "support/catch.hpp"

#include <array>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <xtensor/xadapt.hpp>
#include <xtensor/xmanipulation.hpp>

using mixcon::index_t;
using mixcon::matrix_view;
using mixcon::tensor_view;
using mixcon::vector_view;
using mixcon::view;
using mixcon::Viewable;

namespace {

// Same elements at the same places in memory, seen through xtensor's own indexing.
template <class T>
bool same_places(const vector_view<T>& ours, auto& theirs) {
  bool same = theirs.dimension() == 1 && static_cast<std::size_t>(ours.extent(0)) == theirs.shape()[0];
  for (std::size_t i = 0; same && i < theirs.shape()[0]; ++i) same = same && &ours(i) == &theirs(i);
  return same;
}
template <class T>
bool same_places(const matrix_view<T>& ours, auto& theirs) {
  bool same = theirs.dimension() == 2 && static_cast<std::size_t>(ours.extent(0)) == theirs.shape()[0] &&
              static_cast<std::size_t>(ours.extent(1)) == theirs.shape()[1];
  for (std::size_t i = 0; same && i < theirs.shape()[0]; ++i)
    for (std::size_t j = 0; j < theirs.shape()[1]; ++j) same = same && &ours(i, j) == &theirs(i, j);
  return same;
}

template <class E>
using element_of_view = typename decltype(view<2>(std::declval<E&>()))::element;

float total_of(matrix_view<const float> z) {
  float total = 0;
  for (index_t i = 0; i < z.extent(0); ++i)
    for (index_t j = 0; j < z.extent(1); ++j) total += z(i, j);
  return total;
}

using matrix = xt::xtensor<float, 2>;

}  // namespace

TEST_CASE("Containers of xtensor are viewed in place, in either storage order", "[adapt]") {
  matrix rows = xt::ones<float>({5, 3});
  xt::xtensor<double, 2, xt::layout_type::column_major> columns = xt::ones<double>({5, 3});
  xt::xtensor_fixed<float, xt::xshape<4, 2>> fixed = xt::ones<float>({4, 2});
  xt::xtensor<int, 1> labels = xt::zeros<int>({7});
  CHECK(same_places(view(rows), rows));
  CHECK(same_places(view(columns), columns));
  CHECK(same_places(view(fixed), fixed));
  CHECK(same_places(view(labels), labels));
  CHECK(view(rows).contiguous());
  CHECK(view(columns).strides() == mixcon::axes<2>{1, 5});
  STATIC_REQUIRE((Viewable<matrix, 2> && !Viewable<matrix, 1> && !Viewable<matrix, 3>));
  STATIC_REQUIRE((Viewable<xt::xtensor<float, 4>, 4>));
  STATIC_REQUIRE((Viewable<xt::xtensor_fixed<float, xt::xshape<4, 2>>, 2>));
}

TEST_CASE("An xarray can be viewed with any rank, and throws where it has another", "[adapt]") {
  xt::xarray<float> array = xt::ones<float>({2, 3});
  STATIC_REQUIRE((Viewable<xt::xarray<float>, 1> && Viewable<xt::xarray<float>, 2> && Viewable<xt::xarray<float>, 4>));
  STATIC_REQUIRE(std::is_same_v<mixcon::element_t<const xt::xarray<float>>, float>);
  CHECK(same_places(view<2>(array), array));
  CHECK(total_of(array) == 6);
  CHECK_THROWS_WITH(view<3>(array),
                    ContainsSubstring("view: an xtensor expression with 2 axes came; expected 3. Reshape it"));
  CHECK_THROWS_WITH(view<1>(array), ContainsSubstring("2 axes came; expected 1"));
  array.reshape({6});
  CHECK(same_places(view<1>(array), array));
  CHECK_THROWS_AS(total_of(array), std::invalid_argument);
}

TEST_CASE("Strided views of containers are viewed in place, with steps of either sign", "[adapt]") {
  matrix z = xt::ones<float>({6, 8});
  auto part = xt::view(z, xt::range(1, 5), xt::range(2, 7));
  auto stepped = xt::view(z, xt::range(0, 6, 2), xt::range(1, 8, 3));
  auto backwards = xt::view(z, xt::range(5, 0, -2), xt::range(xt::placeholders::_, xt::placeholders::_, -1));
  auto row = xt::view(z, 3, xt::all());
  auto column = xt::view(z, xt::all(), 4);
  auto view_of_view = xt::view(part, xt::range(1, 3), xt::range(0, 4, 2));
  auto row_of_view = xt::view(backwards, 1, xt::all());
  CHECK(same_places(view(part), part));
  CHECK(same_places(view(stepped), stepped));
  CHECK(same_places(view(backwards), backwards));
  CHECK(same_places(view(row), row));
  CHECK(same_places(view(column), column));
  CHECK(same_places(view(view_of_view), view_of_view));
  CHECK(same_places(view(row_of_view), row_of_view));
  CHECK(view(backwards).strides() == mixcon::axes<2>{-16, -1});
  CHECK(view(stepped).strides() == mixcon::axes<2>{16, 3});
}

TEST_CASE("Transposes, flips and dynamic slices are viewed in place", "[adapt]") {
  matrix z = xt::ones<float>({4, 3});
  xt::xarray<float> array = z;
  auto transposed = xt::transpose(z);
  auto flipped = xt::flip(z, 0);
  auto sliced = xt::strided_view(array, {xt::range(1, 4, 2), xt::all()});
  auto one = xt::strided_view(array, {2, xt::ellipsis()});
  auto transposed_array = xt::transpose(array);
  CHECK(same_places(view(transposed), transposed));
  CHECK(same_places(view(flipped), flipped));
  CHECK(same_places(view<2>(sliced), sliced));
  CHECK(same_places(view<1>(one), one));
  CHECK(same_places(view<2>(transposed_array), transposed_array));
  CHECK_THROWS_WITH(view<2>(one), ContainsSubstring("with 1 axes came; expected 2"));
}

TEST_CASE("A new axis has one element, whatever its stride", "[adapt]") {
  matrix z = xt::ones<float>({4, 3});
  auto stacked = xt::view(z, xt::all(), xt::newaxis(), xt::all());
  const tensor_view<float, 3> ours = view(stacked);
  CHECK(ours.extents() == mixcon::axes<3>{4, 1, 3});
  CHECK(ours.contiguous());
  CHECK(&ours(2, 0, 1) == &z(2, 1));
}

TEST_CASE("Adapted memory is viewed in place", "[adapt]") {
  std::vector<float> memory(12, 1.0f);
  const std::array<std::size_t, 2> shape{3, 4};
  auto container = xt::adapt(memory, shape);
  auto pointer = xt::adapt(memory.data(), memory.size(), xt::no_ownership(), shape);
  CHECK(same_places(view(container), container));
  CHECK(same_places(view(pointer), pointer));
  CHECK(view(pointer).data() == memory.data());
  CHECK(total_of(xt::adapt(memory, shape)) == 12);  // a temporary that only refers to its elements
}

TEST_CASE("Const tensors of xtensor give views of const elements", "[adapt]") {
  const matrix constant = xt::ones<float>({3, 2});
  const xt::xarray<float> constant_array = constant;
  auto part = xt::view(constant, xt::all(), xt::range(0, 1));
  STATIC_REQUIRE(std::is_same_v<element_of_view<const matrix>, const float>);
  STATIC_REQUIRE(std::is_same_v<element_of_view<matrix>, float>);
  STATIC_REQUIRE(std::is_same_v<element_of_view<const xt::xarray<float>>, const float>);
  STATIC_REQUIRE(std::is_same_v<decltype(view(part))::element, const float>);
  STATIC_REQUIRE(!std::is_convertible_v<const matrix&, matrix_view<float>>);
  CHECK(total_of(constant) == 6);
  CHECK(total_of(constant_array) == 6);
  CHECK(total_of(part) == 3);
}

TEST_CASE("Only temporaries of xtensor that refer to named elements can be viewed", "[adapt]") {
  matrix z = xt::ones<float>({4, 3});
  CHECK(total_of(xt::view(z, xt::range(0, 2), xt::all())) == 6);
  CHECK(total_of(xt::transpose(z)) == 12);
  using constant_view = matrix_view<const float>;
  STATIC_REQUIRE(!std::is_convertible_v<matrix, constant_view>);
  STATIC_REQUIRE(!std::is_convertible_v<xt::xarray<float>, constant_view>);
  STATIC_REQUIRE(!std::is_convertible_v<decltype(xt::view(matrix(), xt::all(), xt::all())), constant_view>);
  STATIC_REQUIRE(!std::is_convertible_v<decltype(xt::transpose(matrix())), constant_view>);
  STATIC_REQUIRE(
      !std::is_convertible_v<decltype(xt::adapt(std::vector<float>(), std::array<std::size_t, 2>())), constant_view>);
}

TEST_CASE("Empty tensors of xtensor are empty views", "[adapt]") {
  matrix no_rows = xt::zeros<float>({0, 4});
  xt::xarray<float> no_columns = xt::zeros<float>({3, 0});
  CHECK(view(no_rows).extents() == mixcon::axes<2>{0, 4});
  CHECK(view<2>(no_columns).extents() == mixcon::axes<2>{3, 0});
  CHECK(view(no_rows).empty());
}

TEST_CASE("What is written through the view stands in the xtensor", "[adapt]") {
  matrix gradient = xt::zeros<float>({3, 2});
  xt::xarray<float> array = gradient;
  const matrix_view<float> out = gradient, out_of_array = array;
  out(2, 1) = 7;
  out_of_array(0, 1) = 8;
  CHECK(gradient(2, 1) == 7);
  CHECK(array(0, 1) == 8);
}

TEST_CASE("Channels-last images of xtensor are seen channels-first in place", "[adapt]") {
  xt::xtensor<float, 4> images = xt::zeros<float>({2, 6, 5, 3});
  xt::xarray<float> array = images;
  images(1, 4, 2, 0) = 7;
  array(1, 4, 2, 0) = 8;
  const auto seen = mixcon::as_nhwc(images), seen_array = mixcon::as_nhwc(array);
  CHECK(seen.extents() == mixcon::axes<4>{2, 3, 6, 5});
  CHECK(seen(1, 0, 4, 2) == 7);
  CHECK(seen_array(1, 0, 4, 2) == 8);
}

TEST_CASE("Integer tensors of xtensor are labels", "[adapt]") {
  STATIC_REQUIRE(mixcon::LabelsViewable<xt::xtensor<std::uint64_t, 1>>);
  STATIC_REQUIRE(mixcon::LabelsViewable<const xt::xarray<std::int8_t>>);
  STATIC_REQUIRE(!mixcon::LabelsViewable<xt::xtensor<float, 1>>);
  STATIC_REQUIRE(!mixcon::LabelsViewable<xt::xtensor<bool, 1>>);
  STATIC_REQUIRE(!mixcon::LabelsViewable<xt::xtensor<int, 2>>);
}

TEST_CASE("An evaluated expression is viewed like any container", "[adapt]") {
  const matrix a = xt::ones<float>({2, 3});
  const auto doubled = xt::eval(a + a);
  const auto column_sums = xt::eval(xt::sum(a, {0}));
  CHECK(total_of(doubled) == 12);
  CHECK(view<1>(column_sums)(2) == 2);
}
