// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Views of tensors: pointer, extents and strides. Below the public calls there is nothing else.

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

// As many numbers as there are axes.
template <int Rank, class... Index>
concept Positions = sizeof...(Index) == Rank && (std::is_convertible_v<Index, index_t> && ...);

}  // namespace detail

/// Rank numbers, one an axis: extents or strides. Plain, so that kernels can carry it.
template <int Rank>
struct axes {
  index_t of[static_cast<std::size_t>(Rank)]{};

  constexpr axes() = default;
  template <class... Index>
  requires detail::Positions<Rank, Index...>
  constexpr MIXCON_HD axes(Index... index)
      : of{static_cast<index_t>(index)...} {}  // NOLINT(google-explicit-constructor)
  MIXCON_HD constexpr index_t& operator[](int axis) { return of[axis]; }
  MIXCON_HD constexpr const index_t& operator[](int axis) const { return of[axis]; }
  friend bool operator==(const axes&, const axes&) = default;
};

/// Elements in row-major order without gaps: the strides of these extents.
template <int Rank>
MIXCON_HD constexpr axes<Rank> row_major(const axes<Rank>& extents) {
  axes<Rank> strides{};
  index_t step = 1;
  for (int axis = Rank - 1; axis >= 0; --axis) strides[axis] = step, step *= extents[axis];
  return strides;
}

/// How other tensor types become views; its specialisations are in tensor_traits.hpp and adapt/.
template <class Tensor>
struct tensor_traits;

template <class T, int Rank>
class tensor_view;

namespace detail {

template <class V>
inline constexpr bool is_tensor_view = false;
template <class T, int Rank>
inline constexpr bool is_tensor_view<tensor_view<T, Rank>> = true;
template <class V>
concept IsTensorView = is_tensor_view<std::remove_cvref_t<V>>;

template <class Tensor>
using traits_of = tensor_traits<std::remove_cvref_t<Tensor>>;

// An lvalue, or an rvalue that only refers to elements which live elsewhere, as std::span does.
template <class Tensor>
concept Lasting = std::is_lvalue_reference_v<Tensor> || requires { requires traits_of<Tensor>::borrowed; };

// The type itself says its rank.
template <class Tensor>
concept HasView = requires(std::remove_reference_t<Tensor>& t) { traits_of<Tensor>::view(t); };

// The rank is known at run time only, or the type can be seen with several.
template <class Tensor, int Rank>
concept HasViewAs = requires(std::remove_reference_t<Tensor>& t) { traits_of<Tensor>::template view_as<Rank>(t); };

template <class Tensor, int Rank>
concept HasSomeView = HasViewAs<Tensor, Rank> || HasView<Tensor>;

template <int Rank, class Tensor>
requires HasSomeView<Tensor, Rank>
constexpr auto ask_traits(Tensor& tensor) {
  if constexpr (HasViewAs<Tensor, Rank>) {
    return traits_of<Tensor>::template view_as<Rank>(tensor);
  } else {
    return traits_of<Tensor>::view(tensor);
  }
}

template <class Tensor, int Rank>
concept HasRank = requires(std::remove_reference_t<Tensor>& t) {
  { detail::ask_traits<Rank>(t) } -> IsTensorView;
  requires decltype(detail::ask_traits<Rank>(t))::rank == Rank;
};

template <int Rank, class Tensor>
using view_of = decltype(detail::ask_traits<Rank>(std::declval<std::remove_reference_t<Tensor>&>()));

// A view of T can be made of it: of the same element, or a const one of a mutable one.
template <class Tensor, class T, int Rank>
concept ViewableAs = !IsTensorView<Tensor> && Lasting<Tensor> && HasRank<Tensor, Rank> &&
                     (std::is_same_v<typename view_of<Rank, Tensor>::element, T> ||
                      std::is_same_v<const typename view_of<Rank, Tensor>::element, T>);

}  // namespace detail

/// A view of a strided tensor: pointer, extents, strides (in elements; they may be negative or zero). Owns nothing.
/// Everything below the public door sees only this.
template <class T, int Rank>
class tensor_view {
  static_assert(Rank >= 1, "mixcon: a tensor_view has at least one axis; pass a scalar as a scalar");

 public:
  using element = T;
  static constexpr int rank = Rank;

  constexpr tensor_view() = default;
  MIXCON_HD constexpr tensor_view(T* data, const axes<Rank>& extents, const axes<Rank>& strides)
      : data_(data), extents_(extents), strides_(strides) {}
  /// Row-major, without gaps.
  MIXCON_HD constexpr tensor_view(T* data, const axes<Rank>& extents)
      : tensor_view(data, extents, row_major(extents)) {}
  /// A view of mutable elements is a view of const ones.
  template <class U>
  requires std::is_same_v<const U, T>
  constexpr MIXCON_HD tensor_view(const tensor_view<U, Rank>& other)  // NOLINT(google-explicit-constructor)
      : tensor_view(other.data(), other.extents(), other.strides()) {}

  /// Any other tensor of these elements and this rank: a parameter that is a view takes an Eigen matrix or a vector.
  /// Not a temporary that owns its elements, since the view would outlive it.
  template <class Tensor>
  requires detail::ViewableAs<Tensor, T, Rank>
  constexpr tensor_view(Tensor&& tensor)  // NOLINT(google-explicit-constructor)
      : tensor_view(detail::ask_traits<Rank>(tensor)) {}

  MIXCON_HD constexpr T* data() const { return data_; }
  MIXCON_HD constexpr index_t extent(int axis) const { return extents_[axis]; }
  MIXCON_HD constexpr index_t stride(int axis) const { return strides_[axis]; }
  MIXCON_HD constexpr const axes<Rank>& extents() const { return extents_; }
  MIXCON_HD constexpr const axes<Rank>& strides() const { return strides_; }

  /// Number of elements.
  MIXCON_HD constexpr index_t size() const {
    index_t n = 1;
    for (int axis = 0; axis < Rank; ++axis) n *= extents_[axis];
    return n;
  }
  MIXCON_HD constexpr bool empty() const { return size() == 0; }
  /// Whether there is anything to write to: a default-made view stands for "not wanted".
  MIXCON_HD constexpr explicit operator bool() const { return data_ != nullptr; }
  /// Row-major without gaps.
  MIXCON_HD constexpr bool contiguous() const {
    index_t step = 1;
    for (int axis = Rank - 1; axis >= 0; --axis) {
      if (extents_[axis] != 1 && strides_[axis] != step) return false;
      step *= extents_[axis];
    }
    return true;
  }

  template <class... Index>
  requires detail::Positions<Rank, Index...>
  constexpr MIXCON_HD T& operator()(Index... index) const {
    int axis = 0;
    index_t offset = 0;
    ((offset += static_cast<index_t>(index) * strides_[axis++]), ...);
    return data_[offset];
  }
  MIXCON_HD constexpr T& operator[](index_t index) const
  requires(Rank == 1)
  {
    return data_[index * strides_[0]];
  }

 private:
  T* data_ = nullptr;
  axes<Rank> extents_{};
  axes<Rank> strides_{};
};

template <class T>
using vector_view = tensor_view<T, 1>;
template <class T>
using matrix_view = tensor_view<T, 2>;

namespace detail {

template <class T>
constexpr vector_view<T> view_of_contiguous(T* data, std::size_t size) {
  return {data, {static_cast<index_t>(size)}, {1}};
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
