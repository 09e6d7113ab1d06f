// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `device_tensor`: a tensor in a GPU's memory, as a type of its own, which host executors refuse when they compile.

#include <mixcon/core/tensor_traits.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// A tensor in the memory of the device on which the executor works: a pointer, extents and strides. Owns nothing. Its
/// type says where it lies: `serial` and `tiled` refuse it, and `gpu::stream` refuses any other.
template <class T, int Rank>
struct device_tensor {
  tensor_view<T, Rank> on_device{};

  constexpr device_tensor() = default;
  constexpr explicit device_tensor(const tensor_view<T, Rank>& view) : on_device(view) {}
  constexpr device_tensor(T* data, const axes<Rank>& extents) : on_device(data, extents) {}
  constexpr device_tensor(T* data, const axes<Rank>& extents, const axes<Rank>& strides)
      : on_device(data, extents, strides) {}
};

/// Rows (N, D) or numbers (N) that lie at an address of the device, without gaps.
template <class T>
constexpr device_tensor<T, 2> device_matrix(T* data, index_t rows, index_t columns) {
  return {data, {rows, columns}};
}
template <class T>
constexpr device_tensor<T, 1> device_vector(T* data, index_t count) {
  return {data, {count}};
}

}  // namespace mixcon::gpu

namespace mixcon {

template <class T, int Rank>
struct tensor_traits<gpu::device_tensor<T, Rank>> {
  static constexpr bool borrowed = true;
  static constexpr bool is_on_device = true;
  static constexpr tensor_view<T, Rank> view(const gpu::device_tensor<T, Rank>& tensor) { return tensor.on_device; }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
