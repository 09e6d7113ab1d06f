// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// at::Tensor as a view, of a rank and an element type that are known at run time only.

#include <mixcon/core/require.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

template <class E>
constexpr at::ScalarType torch_type() {
  if constexpr (std::is_same_v<E, float>) return at::ScalarType::Float;
  if constexpr (std::is_same_v<E, double>) return at::ScalarType::Double;
  if constexpr (std::is_same_v<E, bfloat16>) return at::ScalarType::BFloat16;
  if constexpr (std::is_same_v<E, half>) return at::ScalarType::Half;
  if constexpr (std::is_same_v<E, bool>) return at::ScalarType::Bool;
  if constexpr (std::is_integral_v<E> && sizeof(E) == 1)
    return std::is_signed_v<E> ? at::ScalarType::Char : at::ScalarType::Byte;
  if constexpr (std::is_integral_v<E> && std::is_signed_v<E>)
    return sizeof(E) == 2 ? at::ScalarType::Short : sizeof(E) == 4 ? at::ScalarType::Int : at::ScalarType::Long;
  return at::ScalarType::Undefined;
}

/// Refuses what lies elsewhere, is not strided, or stands for other numbers than those in its memory.
inline void require_host_tensor(const char* function, const char* name, const at::Tensor& x) {
  MIXCON_REQUIRE(x.defined(), function, ": ", name, " is not defined; expected a tensor");
  MIXCON_REQUIRE(x.device().is_cpu(), function, ": ", name, " is on ", x.device().str(),
                 "; expected a tensor of the CPU. Call .cpu(), or use mixcon::gpu");
  MIXCON_REQUIRE(x.layout() == at::kStrided, function, ": ", name, " is sparse or of another layout without strides; ",
                 "expected a strided tensor. Call .to_dense()");
  MIXCON_REQUIRE(!x.is_conj() && !x.is_neg(), function, ": ", name,
                 " is a lazy conjugate or negative; expected numbers as they lie in memory. Call .resolve_conj() and "
                 ".resolve_neg()");
}

/// Torch 2 tells reading from writing, so that tensors which share memory until one of them is written to stay so.
template <class E, class Tensor>
auto* address_of_elements(const Tensor& x) {
  if constexpr (std::is_const_v<E> && requires { x.const_data_ptr(); })
    return x.const_data_ptr();
  else
    return x.data_ptr();
}

template <class E, int Rank>
tensor_view<E, Rank> view_of_torch(const char* function, const char* name, const at::Tensor& x) {
  using plain = std::remove_const_t<E>;
  constexpr at::ScalarType expected = torch_type<plain>();
  static_assert(expected != at::ScalarType::Undefined, "mixcon: torch has no tensors of this element type");
  require_host_tensor(function, name, x);
  MIXCON_REQUIRE(x.scalar_type() == expected, function, ": ", name, " is of type ", c10::toString(x.scalar_type()),
                 "; expected ", c10::toString(expected), ". Convert it by .to(), or ask for a view of its own type");
  MIXCON_REQUIRE(x.dim() == Rank, function, ": ", name, " has ", x.dim(), " axes; expected ", Rank);
  axes<Rank> extents, strides;
  for (int axis = 0; axis < Rank; ++axis) extents[axis] = x.size(axis), strides[axis] = x.stride(axis);
  return require_data(function, name,
                      tensor_view<E, Rank>{static_cast<E*>(address_of_elements<E>(x)), extents, strides});
}

/// Calls call(E{}) with the element type of a tensor, of those listed; refuses others.
template <class... E, class Call>
void with_element_of(const char* function, const char* name, const at::Tensor& x, Call&& call) {
  require_host_tensor(function, name, x);
  const bool known = (... || (x.scalar_type() == torch_type<E>() && (call(E{}), true)));
  if (known) return;
  std::string types;
  for (const at::ScalarType type : {torch_type<E>()...}) {
    if (!types.empty()) types += ", ";
    types += c10::toString(type);
  }
  MIXCON_REQUIRE(known, function, ": ", name, " is of type ", c10::toString(x.scalar_type()), "; expected one of ",
                 types);
}

}  // namespace detail

/// A tensor of the CPU as a view, without a copy, whatever its strides: `as_view<const float, 2>(z)`. Its elements must
/// be E (without const), its axes Rank. Refuses tensors of other devices, types and ranks, sparse ones and lazy
/// conjugates with one sentence. The tensor must outlive the view. Writing through a view of mutable elements does not
/// count as an in-place change for autograd.
template <class E, int Rank>
tensor_view<E, Rank> as_view(const at::Tensor& x) {
  return detail::view_of_torch<E, Rank>("as_view", "the tensor", x);
}

/// A tensor, and the type of its elements: what a call takes where these are not float.
///
///   value_and_grad(tiled{}, objective, targets, of_type<double>(z), of_type<double>(gradient));
template <class E>
struct typed_tensor {
  at::Tensor tensor;
};
template <class E>
typed_tensor<E> of_type(const at::Tensor& x) {
  return {x};
}

/// Calls take an at::Tensor of floats as it is, of the rank that they ask for, which is checked when they run.
template <>
struct tensor_traits<at::Tensor> {
  template <int Rank>
  static auto view_as(const at::Tensor& x) {
    return detail::view_of_torch<const float, Rank>("view", "the tensor", x);
  }
  template <int Rank>
  static auto view_as(at::Tensor& x) {
    return detail::view_of_torch<float, Rank>("view", "the tensor", x);
  }
};
template <class E>
struct tensor_traits<typed_tensor<E>> {
  template <int Rank>
  static auto view_as(const typed_tensor<E>& x) {
    return detail::view_of_torch<const E, Rank>("view", "the tensor", x.tensor);
  }
  template <int Rank>
  static auto view_as(typed_tensor<E>& x) {
    return detail::view_of_torch<E, Rank>("view", "the tensor", x.tensor);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
