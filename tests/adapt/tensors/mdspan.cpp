// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/adapt/tensors/mdspan.hpp>

#include "support/catch.hpp"

#include <array>
#include <type_traits>
#include <vector>

using mixcon::matrix_view;
using mixcon::tensor_view;
using mixcon::view;
using mixcon::Viewable;

namespace {

// What std::mdspan offers, as far as an adapter may ask; g++ 12 has none. Indices are unsigned, as many choose.
template <class T, std::size_t Rank>
class small_mdspan {
 public:
  using element_type = T;
  using reference = T&;
  small_mdspan(T* data, std::array<unsigned, Rank> extents, std::array<int, Rank> strides)
      : data_(data), extents_(extents), strides_(strides) {}
  static constexpr std::size_t rank() { return Rank; }
  T* data_handle() const { return data_; }
  const std::array<unsigned, Rank>& extents() const { return extents_; }
  unsigned extent(std::size_t axis) const { return extents_[axis]; }
  int stride(std::size_t axis) const { return strides_[axis]; }
  T& operator()(auto... index) const {
    std::size_t axis = 0;
    std::ptrdiff_t offset = 0;
    ((offset += static_cast<std::ptrdiff_t>(index) * strides_[axis++]), ...);
    return data_[offset];
  }

 private:
  T* data_;
  std::array<unsigned, Rank> extents_;
  std::array<int, Rank> strides_;
};

// A mapping that has strides for some extents only says so at run time.
struct sometimes_strided : small_mdspan<float, 1> {
  using small_mdspan::small_mdspan;
  bool is_strided() const { return extent(0) < 4; }
};

float first(matrix_view<const float> z) { return z(0, 0); }

}  // namespace

TEST_CASE("An mdspan is viewed in place, with any rank and strides", "[adapt]") {
  std::vector<float> memory(60);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  const small_mdspan<float, 3> cube(memory.data(), {3, 4, 5}, {1, 15, 3});
  const auto ours = view(cube);
  STATIC_REQUIRE(std::is_same_v<decltype(ours), const tensor_view<float, 3>>);
  STATIC_REQUIRE((Viewable<small_mdspan<float, 3>, 3> && !Viewable<small_mdspan<float, 3>, 2>));
  CHECK(ours.extents() == mixcon::axes<3>{3, 4, 5});
  bool same = true;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j)
      for (int k = 0; k < 5; ++k) same = same && &ours(i, j, k) == &cube(i, j, k);
  CHECK(same);
}

TEST_CASE("Negative strides of an mdspan-like type stay negative", "[adapt]") {
  std::vector<float> memory{1, 2, 3, 4, 5, 6};
  const small_mdspan<float, 2> reversed(memory.data() + 5, {2, 3}, {-3, -1});
  CHECK(view(reversed).strides() == mixcon::axes<2>{-3, -1});
  CHECK(view(reversed)(1, 2) == 1);
}

TEST_CASE("A const mdspan refers to mutable elements, and one of const elements to const ones", "[adapt]") {
  float memory[4] = {7, 0, 0, 0};
  const small_mdspan<float, 2> z(memory, {2, 2}, {2, 1});
  const small_mdspan<const float, 2> constant(memory, {2, 2}, {2, 1});
  STATIC_REQUIRE(std::is_same_v<decltype(view(z)), matrix_view<float>>);
  STATIC_REQUIRE(std::is_same_v<decltype(view(constant)), matrix_view<const float>>);
  STATIC_REQUIRE(!std::is_convertible_v<decltype(constant)&, matrix_view<float>>);
  CHECK(first(z) == 7);
  CHECK(first(constant) == 7);
  CHECK(first(small_mdspan<float, 2>(memory, {2, 2}, {2, 1})) == 7);  // a temporary only refers to its elements
}

TEST_CASE("An empty mdspan is an empty view", "[adapt]") {
  const small_mdspan<float, 2> nothing(nullptr, {0, 5}, {5, 1});
  CHECK(view(nothing).empty());
  CHECK(view(nothing).extents() == mixcon::axes<2>{0, 5});
}

TEST_CASE("A mapping that has no strides is answered in a sentence", "[adapt]") {
  float memory[8] = {};
  CHECK(view(sometimes_strided(memory, {3}, {1})).extent(0) == 3);
  CHECK_THROWS_WITH(view(sometimes_strided(memory, {8}, {1})), ContainsSubstring("view: the layout of this mdspan"));
}
