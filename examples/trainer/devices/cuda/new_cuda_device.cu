// SPDX-License-Identifier: BSD-3-Clause
#include "devices/cuda/new_cuda_device.hpp"

#include "devices/cuda/cuda_device.cuh"
#include "devices/cuda/cudnn_kernels.cuh"
#include "devices/cuda/losses/all_losses.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/gpu/cublas_products.hpp>

namespace mixcon_train {
inline namespace devices {

namespace {

void require_gpu() {
  int count = 0;
  const cudaError_t found = cudaGetDeviceCount(&count);
  MIXCON_REQUIRE(found == cudaSuccess && count > 0,
                 "--device cuda: ", found == cudaSuccess ? "no GPU is installed" : cudaGetErrorString(found),
                 "; check what nvidia-smi prints, or leave the option out.");
}

/// A queue on a stream of its own.
std::shared_ptr<cuda_queue> new_queue() {
  cudaStream_t stream = nullptr;
  cuda_queue::require(gpu::detail::status_of(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking)));
  return {new cuda_queue(stream), [stream](cuda_queue* queue) {
            delete queue;
            static_cast<void>(cudaStreamDestroy(stream));
          }};
}

}  // namespace

std::unique_ptr<device> new_cuda_device() {
  require_gpu();
  const std::shared_ptr<cuda_queue> queue = new_queue();
  auto products = std::make_unique<gpu::cublas_products>();
  cuda_queue::require(products->open());
  auto losses = std::make_unique<loss_table>();
  add_all_losses<float>(*losses, *queue);
  return std::make_unique<cuda_device<float>>(queue, std::move(products),
                                              std::make_unique<cudnn_kernels<float>>(*queue), std::move(losses));
}

}  // namespace devices
}  // namespace mixcon_train
