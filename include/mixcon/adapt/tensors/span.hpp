// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Gives flat memory (std::vector, std::array, std::span) a shape: `as_matrix`, `as_tensor`; and `as_nhwc` shows
// channels-last images as (N, C, H, W).

#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

// Memory in one piece, one element after another: std::vector, std::array, std::span, a vector of some library.
template <class Storage>
concept FlatStorage = Viewable<Storage, 1> && Lasting<Storage>;

// Whether extents are counts, and their product is size. No partial product overflows, in whatever order.
template <int Rank>
bool fills(const axes<Rank>& extents, index_t size) {
  bool empty = false;
  index_t product = 1;
  for (int axis = 0; axis < Rank; ++axis) {
    const index_t extent = extents[axis];
    if (extent < 0) return false;
    if (extent == 0) empty = true;
    if (extent > 1 && __builtin_mul_overflow(product, extent, &product)) return false;
  }
  return empty ? size == 0 : size == product;
}

template <int Rank, class T>
tensor_view<T, Rank> with_shape(const char* function, const vector_view<T>& flat, const axes<Rank>& extents) {
  MIXCON_REQUIRE(flat.contiguous(), function, ": elements are ", flat.stride(0),
                 " apart; expected one after another. Make a tensor_view with strides instead.");
  MIXCON_REQUIRE(fills(extents, flat.size()), function, ": ", flat.size(), " elements came for the shape ", extents,
                 "; expected as many as their product. Is the last batch smaller than the others?");
  return {flat.data(), extents};
}

}  // namespace detail

/// Flat memory (std::vector, std::array, std::span, ...) seen as a row-major matrix, rows x columns, without a copy.
/// Throws std::invalid_argument unless rows and columns are counts whose product is the number of elements. A temporary
/// that owns its elements is refused at compile time.
template <detail::FlatStorage Storage>
auto as_matrix(Storage&& storage, index_t rows, index_t columns) {
  return detail::with_shape("as_matrix", mixcon::view<1>(storage), axes<2>{rows, columns});
}

/// The same for any rank: `as_tensor<4>(pixels, {samples, channels, height, width})`.
template <int Rank, detail::FlatStorage Storage>
auto as_tensor(Storage&& storage, const axes<Rank>& extents) {
  return detail::with_shape("as_tensor", mixcon::view<1>(storage), extents);
}

/// Channels-last images (N, H, W, C), as image files and many data loaders give them, seen as (N, C, H, W), without a
/// copy: policies, `blend`, `unblend` and all else that takes images know them in that order only. Any tensor of rank 4
/// that a view can be made of; a temporary that owns its elements is refused at compile time.
template <Viewable<4> Images>
requires detail::Lasting<Images>
auto as_nhwc(Images&& images) {
  const auto last = mixcon::view<4>(images);
  const auto channels_second = [](const axes<4>& of) { return axes<4>{of[0], of[3], of[1], of[2]}; };
  using element = typename decltype(last)::element;
  return tensor_view<element, 4>(last.data(), channels_second(last.extents()), channels_second(last.strides()));
}
/// The same of flat memory: `as_nhwc(pixels, {samples, height, width, channels})`.
template <detail::FlatStorage Storage>
auto as_nhwc(Storage&& storage, const axes<4>& extents) {
  return as_nhwc(detail::with_shape("as_nhwc", mixcon::view<1>(storage), extents));
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
