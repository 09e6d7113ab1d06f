// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Passes std::mdspan (C++23), Kokkos' mdspan and types like them to every call, without a copy.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

template <class M>
concept MdspanLike = requires(const M& m) {
  m.data_handle();
  m.extents();
  m.extent(0);
  m.stride(0);
  M::rank();
};

// An accessor that hands out the elements themselves: no fancy pointer, no scaling, no atomics.
template <class M>
constexpr bool plain_access() {
  using handle = decltype(std::declval<const M&>().data_handle());
  if constexpr (!std::is_pointer_v<handle>) {
    return false;
  } else if constexpr (requires { typename M::reference; }) {
    return std::is_same_v<typename M::reference, std::remove_pointer_t<handle>&>;
  } else {
    return true;
  }
}

}  // namespace detail

/// std::mdspan (C++23), Kokkos' mdspan, and whatever else has data_handle(), extents(), extent(r), stride(r) and a
/// static rank(), with any layout that has strides. Like std::span it only refers to elements: a const mdspan<T> gives
/// a view of T, and a temporary can be viewed. Throws std::invalid_argument where is_strided() says that a mapping is
/// not.
template <detail::MdspanLike M>
struct tensor_traits<M> {
  static_assert(detail::plain_access<M>(),
                "mixcon: this mdspan's accessor must hand out plain references; copy into one with default_accessor");

  static constexpr bool borrowed = true;

  static auto view(const M& m) {
    if constexpr (requires { m.is_strided(); })
      MIXCON_REQUIRE(m.is_strided(), "view: the layout of this mdspan has no strides; copy it into one that has.");
    constexpr int rank = static_cast<int>(M::rank());
    axes<rank> extents, strides;
    for (int axis = 0; axis < rank; ++axis) {
      const auto at = static_cast<std::size_t>(axis);
      extents[axis] = static_cast<index_t>(m.extent(at));
      strides[axis] = static_cast<index_t>(m.stride(at));
    }
    return tensor_view<std::remove_pointer_t<decltype(m.data_handle())>, rank>{m.data_handle(), extents, strides};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
