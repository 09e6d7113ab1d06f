// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/tensor_view.hpp>

#include <array>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace mixcon {

/// How a tensor type becomes a view. Specialise it once for your own type, with one static function:
///
///   template <> struct mixcon::tensor_traits<my_matrix> {
///     static auto view(auto& m) { return matrix_view<...>{m.data(), {m.rows(), m.cols()}, {m.stride(), 1}}; }
///   };
///
/// `view` is called with `M&` or `const M&`; for the latter the elements must be const. Adapters for well-known
/// libraries are in mixcon/adapt/.
template <class Tensor>
struct tensor_traits;

template <class T, int Rank>
struct tensor_traits<tensor_view<T, Rank>> {
  static tensor_view<T, Rank> view(const tensor_view<T, Rank>& v) { return v; }
};

// One-dimensional containers of the standard library: labels, partners, lambdas, class counts.
template <class T, class Allocator>
struct tensor_traits<std::vector<T, Allocator>> {
  static_assert(!std::is_same_v<T, bool>, "mixcon: std::vector<bool> has no addressable elements; use std::vector<char>");
  static auto view(auto& v) { return detail::view_of_contiguous(v.data(), v.size()); }
};
template <class T, std::size_t N>
struct tensor_traits<std::array<T, N>> {
  static auto view(auto& v) { return detail::view_of_contiguous(v.data(), N); }
};
template <class T, std::size_t N>
struct tensor_traits<std::span<T, N>> {
  static auto view(const std::span<T, N>& v) { return detail::view_of_contiguous(v.data(), v.size()); }
};

/// The view of a tensor: pointer, extents and strides. Owns nothing, allocates nothing.
template <class Tensor>
  requires requires(Tensor& t) { tensor_traits<std::remove_const_t<Tensor>>::view(t); }
auto view(Tensor& tensor) {
  return tensor_traits<std::remove_const_t<Tensor>>::view(tensor);
}
/// A view that is itself a temporary is as good as a named one; a temporary that owns its elements is refused, since the
/// view would outlive it.
template <class T, int Rank>
tensor_view<T, Rank> view(tensor_view<T, Rank>&& v) { return v; }
template <class T, std::size_t N>
vector_view<T> view(std::span<T, N>&& v) { return detail::view_of_contiguous(v.data(), v.size()); }

/// A tensor of that rank which a view can be made of.
template <class Tensor, int Rank>
concept Viewable = requires(Tensor& t) {
  { mixcon::view(t) } -> detail::IsTensorView;
} && decltype(mixcon::view(std::declval<Tensor&>()))::rank == Rank;

/// The element type that a view of this tensor has, without const.
template <class Tensor>
using element_t = std::remove_const_t<typename decltype(mixcon::view(std::declval<Tensor&>()))::element>;

}  // namespace mixcon
