// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Matrix products for emulated device memory, as tests use them in the place of cuBLAS: plain loops, summed in double.

#include <mixcon/gpu/matrix_product.hpp>
#include <mixcon/gpu/memory.cuh>

#if defined(__CUDACC__)
#error "mixcon/gpu/host_products.hpp is for the emulator; nvcc builds use cublas_products.hpp"
#endif

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// The stand-in for cublas_products. Refuses matrices that are not in emulated device memory. One sum per entry of the
/// result, in the order of k, in double, rounded once.
class host_products final : public matrix_products {
 public:
  index_t enqueued = 0;  // how many products so far, for tests

 private:
  status enqueue(stream_handle, const matrix_product& of) override {
    ++enqueued;
    switch (of.operands) {
      case product_number::float32:
        return of_type<float, float>(of);
      case product_number::float64:
        return of_type<double, double>(of);
      case product_number::float16:
        return of.results == product_number::float32 ? of_type<half, float>(of) : of_type<half, half>(of);
      default:
        return of.results == product_number::float32 ? of_type<bfloat16, float>(of) : of_type<bfloat16, bfloat16>(of);
    }
  }

  template <class E, class V>
  static E* place(const product_matrix<V>& of, index_t row, index_t column) {
    return static_cast<E*>(of.data) + (of.turned ? column * of.stride + row : row * of.stride + column);
  }
  template <class E, class V>
  static bool is_there(const product_matrix<V>& of) {
    return of.rows == 0 || of.columns == 0 ||
           (lies_on_device(place<E>(of, 0, 0)) && lies_on_device(place<E>(of, of.rows - 1, of.columns - 1)));
  }
  template <class E, class R>
  static status of_type(const matrix_product& of) {
    if (!is_there<const E>(of.left) || !is_there<const E>(of.right) || !is_there<R>(of.result))
      return {"multiply: a matrix does not lie in the memory of this device"};
    for (index_t i = 0; i < of.result.rows; ++i)
      for (index_t j = 0; j < of.result.columns; ++j) {
        double sum = 0;
        for (index_t k = 0; k < of.left.columns; ++k)
          sum += number(*place<const E>(of.left, i, k)) * number(*place<const E>(of.right, k, j));
        R& to = *place<R>(of.result, i, j);
        to = static_cast<R>(of.beta == 0 ? of.alpha * sum : of.alpha * sum + of.beta * number(to));
      }
    return {};
  }
  template <class E>
  static double number(E x) {
    if constexpr (sizeof(E) == 2)
      return static_cast<double>(static_cast<float>(x));
    else
      return static_cast<double>(x);
  }
};

}  // namespace mixcon::gpu

MIXCON_STRICT_FLOATS_END
