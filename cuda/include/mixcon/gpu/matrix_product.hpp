// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Products of matrices in device memory, behind an interface: by cuBLAS (cublas_products.hpp), or emulated on the host
// (host_products.hpp). Nothing here throws or waits.

#include <mixcon/core/config.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/gpu/launch.cuh>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// A matrix of a product, row-major: `rows` x `columns` as the product reads it. `stride` counts elements from a row of
/// memory to the next. If `turned`, memory holds the transpose: `columns` rows of `rows` elements.
template <class E>
struct product_matrix {
  E* data = nullptr;
  index_t rows = 0, columns = 0, stride = 0;
  bool turned = false;

  /// The transpose, without moving anything.
  constexpr product_matrix transposed() const { return {data, columns, rows, stride, !turned}; }
};

/// The types of a matrix's elements.
enum class product_number { float32, float64, float16, bfloat16 };
template <class E>
constexpr product_number product_number_of() {
  static_assert(
      std::is_same_v<E, float> || std::is_same_v<E, double> || std::is_same_v<E, half> || std::is_same_v<E, bfloat16>,
      "mixcon: matrix products are of float, double, half or bfloat16");
  if constexpr (std::is_same_v<E, float>)
    return product_number::float32;
  else if constexpr (std::is_same_v<E, double>)
    return product_number::float64;
  else
    return std::is_same_v<E, half> ? product_number::float16 : product_number::bfloat16;
}

/// result = alpha left right + beta result, with the types known at run time.
struct matrix_product {
  double alpha = 1, beta = 0;
  product_matrix<const void> left, right;
  product_matrix<void> result;
  product_number operands{}, results{};
};

/// Multiplies matrices in device memory, enqueued on a stream. An object serves one thread at a time.
class matrix_products {
 public:
  matrix_products() = default;
  matrix_products(const matrix_products&) = delete;
  matrix_products& operator=(const matrix_products&) = delete;
  virtual ~matrix_products() = default;

  /// result = alpha left right + beta result. Both operands have one type; the result has it too, or is float. Sums are
  /// of float, for double of double. If beta is 0, the result is not read. The result must not be turned (exchange and
  /// turn the operands instead) and must not overlap an operand. Refusals and failures are in the status.
  template <class Left, class Right, class R>
  status multiply(stream_handle on, double alpha, const product_matrix<Left>& left, const product_matrix<Right>& right,
                  double beta, const product_matrix<R>& result) {
    using E = std::remove_const_t<Left>;
    static_assert(std::is_same_v<E, std::remove_const_t<Right>>,
                  "mixcon: both operands of a matrix product have the same type");
    static_assert(std::is_same_v<R, E> || (std::is_same_v<R, float> && sizeof(E) == 2),
                  "mixcon: a product's result has the type of its operands, or is float for half and bfloat16");
    const matrix_product product{alpha,
                                 beta,
                                 untyped<const void>(left),
                                 untyped<const void>(right),
                                 untyped<void>(result),
                                 product_number_of<E>(),
                                 product_number_of<R>()};
    if (const char* why = refusal(product); why != nullptr) return {why};
    if (result.rows == 0 || result.columns == 0) return {};
    return enqueue(on, product);
  }

 private:
  virtual status enqueue(stream_handle on, const matrix_product& product) = 0;

  template <class V, class E>
  static product_matrix<V> untyped(const product_matrix<E>& of) {
    return {of.data, of.rows, of.columns, of.stride, of.turned};
  }
  template <class V>
  static bool is_short(const product_matrix<V>& of) {
    return of.stride < (of.turned ? of.rows : of.columns);
  }
  static const char* refusal(const matrix_product& of) {
    if (of.left.rows != of.result.rows || of.right.columns != of.result.columns || of.left.columns != of.right.rows)
      return "multiply: the shapes do not fit; expected (rows, k) times (k, columns) into (rows, columns)";
    if (of.result.turned) return "multiply: the result is turned; exchange and turn the operands instead";
    if (is_short(of.left) || is_short(of.right) || is_short(of.result))
      return "multiply: a stride is shorter than its row; it counts elements from a row of memory to the next";
    return nullptr;
  }
};

}  // namespace mixcon::gpu

MIXCON_STRICT_FLOATS_END
