// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/tensor_view.hpp>

#include <array>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// How a tensor type becomes a view. Specialise it once for your own type, with one static function:
///
///   template <> struct mixcon::tensor_traits<my_matrix> {
///     static auto view(auto& m) { return matrix_view<...>{m.data(), {m.rows(), m.cols()}, {m.stride(), 1}}; }
///   };
///
/// `view` is called with `M&` or `const M&`; for the latter the elements must be const. Two things more, where they
/// fit:
///
/// - a type whose rank is known at run time only has `template <int Rank> static auto view_as(auto& m)` in place of
///   `view`; it throws when the rank is another;
/// - a type that only refers to its elements, as std::span does, says `static constexpr bool borrowed = true`, and then
///   a temporary of it can be viewed too.
///
/// Adapters for well-known libraries are in mixcon/adapt/.
template <class Tensor>
struct tensor_traits;

template <class T, int Rank>
struct tensor_traits<tensor_view<T, Rank>> {
  static constexpr bool borrowed = true;
  static constexpr tensor_view<T, Rank> view(const tensor_view<T, Rank>& v) { return v; }
};

// One-dimensional containers of the standard library: labels, partners, lambdas, class counts.
template <class T, class Allocator>
struct tensor_traits<std::vector<T, Allocator>> {
  static_assert(!std::is_same_v<T, bool>,
                "mixcon: std::vector<bool> has no addressable elements; use std::vector<char>");
  static constexpr auto view(auto& v) { return detail::view_of_contiguous(v.data(), v.size()); }
};
template <class T, std::size_t N>
struct tensor_traits<std::array<T, N>> {
  static constexpr auto view(auto& v) { return detail::view_of_contiguous(v.data(), N); }
};
template <class T, std::size_t N>
struct tensor_traits<std::span<T, N>> {
  static constexpr bool borrowed = true;
  static constexpr auto view(const std::span<T, N>& v) { return detail::view_of_contiguous(v.data(), v.size()); }
};

namespace detail {

template <class Tensor>
concept HasLastingView = HasView<Tensor> && Lasting<Tensor>;
template <class Tensor, int Rank>
concept HasLastingRank = HasRank<Tensor, Rank> && Lasting<Tensor>;

}  // namespace detail

/// The view of a tensor: pointer, extents and strides. Owns nothing, allocates nothing. A temporary is as good as a
/// named tensor when it only refers to its elements; one that owns them is refused, since the view would outlive it.
template <class Tensor>
requires detail::HasLastingView<Tensor>
constexpr auto view(Tensor&& tensor) { return tensor_traits<std::remove_cvref_t<Tensor>>::view(tensor); }
/// The same where the rank is asked for: `view<2>(embeddings)`. Needed for types whose rank is known at run time only,
/// which throw when it is another; good for all.
template <int Rank, class Tensor>
requires detail::HasLastingRank<Tensor, Rank>
constexpr auto view(Tensor&& tensor) { return detail::ask_traits<Rank>(tensor); }

/// A tensor of that rank which a view can be made of.
template <class Tensor, int Rank>
concept Viewable = detail::HasRank<Tensor, Rank>;

/// The element type that a view of this tensor has, without const.
template <class Tensor>
using element_t = std::remove_const_t<typename detail::view_of<1, Tensor>::element>;

/// Labels, one a row: a rank-1 tensor of any integer type. Flags are no labels.
template <class Tensor>
concept LabelsViewable =
    Viewable<Tensor, 1> && std::is_integral_v<element_t<Tensor>> && !std::is_same_v<element_t<Tensor>, bool>;

namespace detail {

// What `view` declares to return for what cannot be viewed, and never does: the compiler looks inside, and answers in a
// sentence, where the value is used, not where a concept asks for its type. Rank 0: the rank of the type itself.
template <class Other, int Rank>
struct no_view {
  static constexpr int some_rank = Rank == 0 ? 1 : Rank;
  static_assert(
      requires { sizeof(traits_of<Other>); },
      "mixcon: this type is no tensor yet; include its adapter (mixcon/adapt/...) or specialise mixcon::tensor_traits");
  static_assert(
      Rank != 0 || !HasViewAs<Other, some_rank>,
      "mixcon: the rank of this tensor is known at run time only; write view<2>(tensor) for the rank you expect");
  static_assert(Rank == 0 || !HasView<Other> || HasRank<Other, some_rank>,
                "mixcon: this tensor has another rank than the one asked for");
  static_assert(Lasting<Other> || !HasSomeView<Other, some_rank>,
                "mixcon: this temporary owns its elements and a view would outlive them; keep it in a variable");
};

}  // namespace detail

template <class Other>
detail::no_view<Other, 0> view(Other&&);
template <int Rank, class Other>
detail::no_view<Other, Rank> view(Other&&);

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
