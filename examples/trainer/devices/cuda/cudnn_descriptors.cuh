// SPDX-License-Identifier: BSD-3-Clause
// cuDNN's handle, and its descriptions of tensors and layers, which free themselves.
#pragma once

#include "devices/cuda/cuda_queue.cuh"
#include "devices/cuda/network_kernels.hpp"

#include <mixcon/core/require.hpp>

#include <cudnn.h>

#include <type_traits>

namespace mixcon_train {
inline namespace devices {

/// Refuses what a call of cuDNN came to, naming the layer.
inline void cudnn_require(cudnnStatus_t found, const char* layer) {
  MIXCON_REQUIRE(found == CUDNN_STATUS_SUCCESS, "cuda_device: cuDNN did not run ", layer, ": ",
                 cudnnGetErrorString(found), ".");
}
template <class T>
constexpr cudnnDataType_t cudnn_number = std::is_same_v<T, float> ? CUDNN_DATA_FLOAT : CUDNN_DATA_DOUBLE;
inline int cudnn_extent(index_t extent) {
  MIXCON_REQUIRE(extent <= 0x7FFFFFFF, "cuda_device: an extent of ", extent, "; cuDNN takes less than 2^31.");
  return static_cast<int>(extent);
}

class cudnn_library {
 public:
  cudnn_library() = default;
  cudnn_library(const cudnn_library&) = delete;
  cudnn_library& operator=(const cudnn_library&) = delete;
  ~cudnn_library() {
    if (handle_ != nullptr) static_cast<void>(cudnnDestroy(handle_));
  }
  void open(cudaStream_t on) {
    cudnn_require(cudnnCreate(&handle_), "anything");
    cudnn_require(cudnnSetStream(handle_, on), "anything on the queue");
  }
  cudnnHandle_t handle() const { return handle_; }

 private:
  cudnnHandle_t handle_ = nullptr;
};

/// A description that cuDNN makes and frees.
template <class Handle, auto Make, auto Free>
class cudnn_description {
 public:
  cudnn_description() { cudnn_require(Make(&made_), "a description"); }
  cudnn_description(const cudnn_description&) = delete;
  cudnn_description& operator=(const cudnn_description&) = delete;
  ~cudnn_description() { static_cast<void>(Free(made_)); }
  Handle get() const { return made_; }

 private:
  Handle made_{};
};

/// Dense images (N, C, H, W); (N, C) as images of one pixel.
template <class T>
class cudnn_tensor
    : public cudnn_description<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor> {
 public:
  explicit cudnn_tensor(const shape& of) {
    cudnn_require(cudnnSetTensor4dDescriptor(this->get(), CUDNN_TENSOR_NCHW, cudnn_number<T>, cudnn_extent(of[0]),
                                             cudnn_extent(of[1]), of.rank() > 2 ? cudnn_extent(of[2]) : 1,
                                             of.rank() > 3 ? cudnn_extent(of[3]) : 1),
                  "a layer of these sizes");
  }
};
template <class T>
class cudnn_filter
    : public cudnn_description<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor> {
 public:
  explicit cudnn_filter(const shape& of) {
    cudnn_require(cudnnSetFilter4dDescriptor(this->get(), cudnn_number<T>, CUDNN_TENSOR_NCHW, cudnn_extent(of[0]),
                                             cudnn_extent(of[1]), cudnn_extent(of[2]), cudnn_extent(of[3])),
                  "a filter of these sizes");
  }
};
template <class T>
class cudnn_convolution : public cudnn_description<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor,
                                                   cudnnDestroyConvolutionDescriptor> {
 public:
  explicit cudnn_convolution(const convolution_rule& of) {
    const int padding = cudnn_extent(of.padding), stride = cudnn_extent(of.stride);
    cudnn_require(cudnnSetConvolution2dDescriptor(this->get(), padding, padding, stride, stride, 1, 1,
                                                  CUDNN_CROSS_CORRELATION, cudnn_number<T>),
                  "a convolution of this rule");
    cudnn_require(cudnnSetConvolutionMathType(this->get(), CUDNN_FMA_MATH), "a convolution in full precision");
  }
};
class cudnn_pooling
    : public cudnn_description<cudnnPoolingDescriptor_t, cudnnCreatePoolingDescriptor, cudnnDestroyPoolingDescriptor> {
 public:
  explicit cudnn_pooling(const pooling_sizes& of) {
    const int padding = cudnn_extent(of.padding), stride = cudnn_extent(of.stride);
    cudnn_require(
        cudnnSetPooling2dDescriptor(
            get(), of.is_mean ? CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING : CUDNN_POOLING_MAX_DETERMINISTIC,
            CUDNN_PROPAGATE_NAN, cudnn_extent(of.rows), cudnn_extent(of.columns), padding, padding, stride, stride),
        "a pooling of this rule");
  }
};

}  // namespace devices
}  // namespace mixcon_train
