// SPDX-License-Identifier: BSD-3-Clause
// In the place of new_cuda_device.cu, where there is no nvcc, cuBLAS or cuDNN.
#include "devices/cuda/new_cuda_device.hpp"

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace devices {

std::unique_ptr<device> new_cuda_device() {
  MIXCON_REQUIRE(false,
                 "--device cuda: this mixcon-train was built without CUDA; build it with -DMIXCON_CUDA=ON where nvcc, "
                 "cuBLAS and cuDNN are installed, or leave the option out.");
  return nullptr;
}

}  // namespace devices
}  // namespace mixcon_train
