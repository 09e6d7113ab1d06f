// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Matrix products by cuBLAS. Include it where cuBLAS is installed (CUDA 12 or newer) and link cublas.

#include <mixcon/gpu/matrix_product.hpp>

#include <cublas_v2.h>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// Owns a cuBLAS handle. `open` first; it allocates device memory and may wait, everything else only enqueues. In float
/// and double, products have their full precision unless `tensor_float_32` is set. To be captured in a CUDA graph, or
/// for the same bits from several streams at once, give it a workspace of its own (cuBLAS asks for 32 MB on Hopper,
/// 4 MB elsewhere).
class cublas_products final : public matrix_products {
 public:
  bool tensor_float_32 = false;  // float products on tensor cores: faster, with errors of about 2^-11 of each factor
  void* workspace = nullptr;     // of the device, at a multiple of 256 bytes
  std::size_t workspace_bytes = 0;

  ~cublas_products() override {
    if (handle_ != nullptr) static_cast<void>(cublasDestroy(handle_));
  }
  /// Makes the handle, for the device that is current.
  status open() {
    if (handle_ != nullptr) return {};
    return status_of(cublasCreate(&handle_));
  }

 private:
  static status status_of(cublasStatus_t code) {
    return {code == CUBLAS_STATUS_SUCCESS ? nullptr : cublasGetStatusString(code)};
  }
  static cudaDataType_t type_of(product_number of) {
    switch (of) {
      case product_number::float32:
        return CUDA_R_32F;
      case product_number::float64:
        return CUDA_R_64F;
      case product_number::float16:
        return CUDA_R_16F;
      default:
        return CUDA_R_16BF;
    }
  }
  static cublasOperation_t operation_of(const product_matrix<const void>& of) {
    return of.turned ? CUBLAS_OP_T : CUBLAS_OP_N;
  }
  static index_t at_least_one(index_t stride) { return stride > 1 ? stride : 1; }

  status enqueue(stream_handle on, const matrix_product& of) override {
    if (handle_ == nullptr) return {"multiply: cublas_products is not open; call open() once"};
    if (auto set = status_of(cublasSetStream(handle_, on)); !set.ok()) return set;
    if (workspace != nullptr)
      if (auto set = status_of(cublasSetWorkspace(handle_, workspace, workspace_bytes)); !set.ok()) return set;
    const bool is_double = of.operands == product_number::float64;
    const bool is_float = of.operands == product_number::float32;
    const cublasComputeType_t sums = is_double                     ? CUBLAS_COMPUTE_64F
                                     : is_float && tensor_float_32 ? CUBLAS_COMPUTE_32F_FAST_TF32
                                                                   : CUBLAS_COMPUTE_32F;
    const float alpha = static_cast<float>(of.alpha), beta = static_cast<float>(of.beta);
    const void* by_alpha = is_double ? static_cast<const void*>(&of.alpha) : static_cast<const void*>(&alpha);
    const void* by_beta = is_double ? static_cast<const void*>(&of.beta) : static_cast<const void*>(&beta);
    // cuBLAS counts by columns: to it every matrix here is the transpose, and the transpose of a product has the
    // operands exchanged.
    return status_of(cublasGemmEx_64(handle_, operation_of(of.right), operation_of(of.left), of.result.columns,
                                     of.result.rows, of.left.columns, by_alpha, of.right.data, type_of(of.operands),
                                     at_least_one(of.right.stride), of.left.data, type_of(of.operands),
                                     at_least_one(of.left.stride), by_beta, of.result.data, type_of(of.results),
                                     at_least_one(of.result.stride), sums, CUBLAS_GEMM_DEFAULT));
  }

  cublasHandle_t handle_ = nullptr;
};

}  // namespace mixcon::gpu

MIXCON_STRICT_FLOATS_END
