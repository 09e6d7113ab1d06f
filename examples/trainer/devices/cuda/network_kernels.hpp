// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/device.hpp"

namespace mixcon_train {
inline namespace devices {

/// The sizes of a convolution of x (N, C, H, W) by weights (O, C, k, k).
struct convolution_sizes {
  shape x, weights, out;
  convolution_rule rule;
};
/// The sizes of pooling, by the mean or the maximum of each window of rows x columns; padding counts in neither.
struct pooling_sizes {
  shape x, out;
  index_t rows = 1, columns = 1, stride = 1, padding = 0;
  bool is_mean = false;
};

/// Kernels of a vendor's library over dense images (N, C, H, W) in device memory, enqueued on its device's queue:
/// `cudnn_kernels`; emulated, loops of the host. Every array that is written is set in full. Throws
/// std::invalid_argument where the library fails.
template <class T>
class network_kernels {
 public:
  network_kernels() = default;
  network_kernels(const network_kernels&) = delete;
  network_kernels& operator=(const network_kernels&) = delete;
  virtual ~network_kernels() = default;

  virtual void convolve(const convolution_sizes& of, const T* x, const T* weights, T* out) = 0;
  virtual void convolve_by_x(const convolution_sizes& of, const T* upstream, const T* weights, T* by) = 0;
  virtual void convolve_by_weights(const convolution_sizes& of, const T* upstream, const T* x, T* by) = 0;

  /// By the batch's own statistics. `variance` (C) is biased. `kept` (2 C) is for the gradient.
  virtual void normalise(const shape& of, const T* x, const T* scale, const T* shift, T* out, T* mean, T* variance,
                         T* kept) = 0;
  virtual void normalise_gradients(const shape& of, const T* upstream, const T* x, const T* scale, const T* kept,
                                   T* by_x, T* by_scale, T* by_shift) = 0;
  /// By statistics that are given.
  virtual void normalise_fixed(const shape& of, const T* x, const T* scale, const T* shift, const T* mean,
                               const T* variance, T* out) = 0;

  virtual void pool(const pooling_sizes& of, const T* x, T* out) = 0;
  virtual void pool_gradient(const pooling_sizes& of, const T* upstream, const T* x, const T* out, T* by) = 0;
};

}  // namespace devices
}  // namespace mixcon_train
