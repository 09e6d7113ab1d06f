// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Passes arrays, tensors, adaptors and strided views of xtensor to every call, without a copy. Needs xtensor.

#include <cstddef>
#include <tuple>
#include <type_traits>

#include <xtensor/xarray.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

template <class E>
concept XtensorExpression = xt::is_xexpression<E>::value;

// Elements in memory with strides between them.
template <class E>
concept DirectXtensor = requires(E& e) {
  requires std::is_pointer_v<decltype(e.data())>;
  e.data_offset();
  e.strides();
};

// Rank at compile time, 0 where it is known at run time only.
template <class E>
constexpr int rank_of_xtensor() {
  using shape = typename E::shape_type;
  if constexpr (requires { std::tuple_size<shape>::value; }) {
    return static_cast<int>(std::tuple_size<shape>::value);
  } else {
    return 0;
  }
}

// Views of named tensors, views of those, and adapted memory that somebody else owns.
template <class E>
inline constexpr bool borrowed_xtensor = std::is_lvalue_reference_v<E>;
template <class Of, class... Slices>
inline constexpr bool borrowed_xtensor<xt::xview<Of, Slices...>> = borrowed_xtensor<Of>;
template <class Of, class Shape, xt::layout_type Layout, class Storage>
inline constexpr bool borrowed_xtensor<xt::xstrided_view<Of, Shape, Layout, Storage>> = borrowed_xtensor<Of>;
template <class Pointer, class Allocator>
inline constexpr bool borrowed_xtensor<xt::xbuffer_adaptor<Pointer, xt::no_ownership, Allocator>> = true;
template <class Of, xt::layout_type Layout, class Shape, class Tag>
inline constexpr bool borrowed_xtensor<xt::xarray_adaptor<Of, Layout, Shape, Tag>> = borrowed_xtensor<Of>;
template <class Of, std::size_t Rank, xt::layout_type Layout, class Tag>
inline constexpr bool borrowed_xtensor<xt::xtensor_adaptor<Of, Rank, Layout, Tag>> = borrowed_xtensor<Of>;

template <int Rank>
auto view_of_xtensor(auto& e) {
  axes<Rank> extents, strides;
  for (int axis = 0; axis < Rank; ++axis) {
    const auto at = static_cast<std::size_t>(axis);
    extents[axis] = static_cast<index_t>(e.shape()[at]);
    strides[axis] = static_cast<index_t>(e.strides()[at]);
  }
  using element = std::remove_pointer_t<decltype(e.data())>;
  return tensor_view<element, Rank>{e.data() + static_cast<std::ptrdiff_t>(e.data_offset()), extents, strides};
}

template <class E>
struct xtensor_traits {
  static constexpr bool borrowed = borrowed_xtensor<E>;
  static auto view(auto& e) { return view_of_xtensor<rank_of_xtensor<E>()>(e); }
};
template <class E>
requires(rank_of_xtensor<E>() == 0)
struct xtensor_traits<E> {
  static constexpr bool borrowed = borrowed_xtensor<E>;
  template <int Rank>
  static auto view_as(auto& e) {
    MIXCON_REQUIRE(e.dimension() == std::size_t{Rank}, "view: an xtensor expression with ", e.dimension(),
                   " axes came; expected ", Rank, ". Reshape it, or take a part of it with xt::view.");
    return view_of_xtensor<Rank>(e);
  }
};

}  // namespace detail

/// xtensor's containers (xtensor, xtensor_fixed, xarray), adapted memory, and strided views of those with steps of
/// either sign, without a copy. xarray and xt::strided_view know their rank at run time only: ask with
/// `view<2>(array)`, which throws where it is another. xtensor gives axes of one element the stride 0.
///
/// Lazy expressions are refused: they compute an element at each look at it, and broadcasting a lazy reducer reads out
/// of bounds. Refused as well are views that pick positions (xt::keep, xt::drop), which have no strides.
template <detail::XtensorExpression E>
struct tensor_traits<E> : detail::xtensor_traits<E> {
  static_assert(detail::DirectXtensor<E>,
                "mixcon: this xtensor expression is lazy or has no strides; write xt::eval(...) and keep the result in "
                "a variable");
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
