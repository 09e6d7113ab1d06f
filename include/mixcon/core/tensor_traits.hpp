// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How a tensor type becomes a view: specialise `tensor_traits` once for yours. Standard containers are here.

#include <mixcon/core/integer_value.hpp>
#include <mixcon/core/require.hpp>
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
/// `view` is called with `M&` or `const M&`; for the latter the elements must be const. More, where it fits:
///
/// - a type whose rank is known at run time only has `template <int Rank> static auto view_as(auto& m)` in place of
///   `view`; it throws when the rank is another;
/// - a type that only refers to its elements, as std::span does, says `static constexpr bool borrowed = true`, and then
///   a temporary of it can be viewed too;
/// - one whose elements the host cannot reach says `static constexpr bool is_on_device = true`: then calls that work in
///   the host's memory refuse it when they are compiled, and an executor of that device takes it.
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
/// Throws for a tensor that has elements and no memory.
template <class Tensor>
requires detail::HasLastingView<Tensor>
constexpr auto view(Tensor&& tensor) {
  return detail::require_data("view", "a tensor", tensor_traits<std::remove_cvref_t<Tensor>>::view(tensor));
}
/// The same where the rank is asked for: `view<2>(embeddings)`. Needed for types whose rank is known at run time only,
/// which throw when it is another; good for all.
template <int Rank, class Tensor>
requires detail::HasLastingRank<Tensor, Rank>
constexpr auto view(Tensor&& tensor) {
  return detail::require_data("view", "a tensor", detail::ask_traits<Rank>(tensor));
}

/// A tensor of that rank which a view can be made of.
template <class Tensor, int Rank>
concept Viewable = detail::HasRank<Tensor, Rank>;

/// The element type that a view of this tensor has, without const.
template <class Tensor>
using element_t = std::remove_const_t<typename detail::view_of<1, Tensor>::element>;

/// Labels, one a row: a rank-1 tensor of any integer type or enumeration. Flags are no labels.
template <class Tensor>
concept LabelsViewable = Viewable<Tensor, 1> && detail::is_label<element_t<Tensor>>;

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

/// Arguments of public calls that are neither tensors nor numbers, as `given_logits`; specialised where they are
/// defined.
template <class T>
inline constexpr bool is_part_of_call = false;

/// Whether a view of that rank can be made of this. If not, says at compile time why.
template <class Other, int Rank, bool is_tensor = HasLastingRank<Other, Rank>>
struct check_tensor {
  static constexpr bool passed = true;
};
template <class Other, int Rank>
struct check_tensor<Other, Rank, false> : no_view<Other, Rank> {
  static constexpr bool passed = false;
};

/// Whether a tensor's elements lie where the host cannot reach them.
template <class Tensor>
inline constexpr bool is_on_device = requires { requires traits_of<Tensor>::is_on_device; };

/// The view for a public call on the host: what has no memory is refused in the call's name.
template <int Rank, class Tensor>
constexpr auto view_given(const char* function, const char* name, Tensor& tensor) {
  static_assert(!is_on_device<Tensor>,
                "mixcon: this tensor lies in a device's memory, and this call works in the host's; pass it with an "
                "executor of that device, or a copy on the host");
  return require_data(function, name, ask_traits<Rank>(tensor));
}

/// Viewable for a function without overloads, which is refused in a sentence.
template <class Tensor, int Rank>
concept GivenTensor = check_tensor<Tensor&, Rank>::passed;

}  // namespace detail

template <class Other>
detail::no_view<Other, 0> view(Other&&);
template <int Rank, class Other>
detail::no_view<Other, Rank> view(Other&&);

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
