// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/tensor.hpp"

#include <memory>
#include <type_traits>

namespace mixcon_train {
inline namespace devices {

/// What a dense tensor of a device holds.
enum class number_type { f32, f64 };

/// How a convolution moves over its input: the same along rows and columns.
struct convolution_rule {
  index_t stride = 1, padding = 0;
};
struct pooling_rule {
  index_t size = 2, stride = 2, padding = 0;
};

/// What batch normalisation leaves for its gradient.
struct norm_pass {
  tensor out, mean, variance;  // of the batch, biased variance
  std::shared_ptr<storage> workspace;
};
struct norm_gradients {
  tensor x, scale, shift;
};

/// The kernels that operators need. Operators, models and the trainer know this interface only; a device chooses how
/// its tensors lie in memory, and what they are stored as. `reference_device` computes in double with plain loops,
/// `onednn_device` in float or bfloat16; one with CUDA would take its place beside them.
///
/// Tensors that kernels return lie as the device likes; `dense` makes them row-major numbers that the host can read.
/// Gradients are of the shape of what they are the gradient of.
class device {
 public:
  device() = default;
  device(const device&) = delete;
  device& operator=(const device&) = delete;
  virtual ~device() = default;

  virtual number_type numbers() const = 0;
  virtual int threads() const = 0;
  /// From now on so many threads, at least 1; results stay the same, bit for bit.
  virtual void set_threads(int) {}
  /// How often memory was taken from the system so far: constant from the second step on.
  virtual index_t allocations() const = 0;

  /// Dense, numbers not set.
  virtual tensor empty(const shape& extents) = 0;
  /// The same numbers, row-major; itself where it is so already.
  virtual tensor dense(const tensor& x) = 0;
  /// The numbers of a dense tensor.
  virtual void* data(const tensor& dense) = 0;

  virtual tensor sum(const tensor& a, const tensor& b) = 0;
  virtual tensor scaled(const tensor& x, double factor) = 0;

  /// x (N, C, H, W) by weights (O, C, k, k).
  virtual tensor convolution(const tensor& x, const tensor& weights, const convolution_rule& rule) = 0;
  virtual tensor convolution_by_x(const tensor& upstream, const tensor& x, const tensor& weights,
                                  const convolution_rule& rule) = 0;
  virtual tensor convolution_by_weights(const tensor& upstream, const tensor& x, const tensor& weights,
                                        const convolution_rule& rule) = 0;

  /// Over all but axis 1 of x (N, C, H, W), with scale and shift (C), by the batch's own statistics; with `rectify`
  /// max(0, .) of it.
  virtual norm_pass batch_norm(const tensor& x, const tensor& scale, const tensor& shift, bool rectify) = 0;
  virtual norm_gradients batch_norm_gradients(const tensor& upstream, const tensor& x, const tensor& scale,
                                              const tensor& shift, const norm_pass& pass, bool rectify) = 0;
  /// The same by statistics that are given.
  virtual tensor batch_norm_fixed(const tensor& x, const tensor& scale, const tensor& shift, const tensor& mean,
                                  const tensor& variance, bool rectify) = 0;

  virtual tensor relu(const tensor& x) = 0;
  /// max(0, a + b), the end of a residual block.
  virtual tensor relu_of_sum(const tensor& a, const tensor& b) = 0;
  /// Upstream where the rectified `out` is above 0.
  virtual tensor relu_gradient(const tensor& upstream, const tensor& out) = 0;

  /// The mean over rows and columns of x (N, C, H, W), dense (N, C).
  virtual tensor average_pool(const tensor& x) = 0;
  virtual tensor average_pool_gradient(const tensor& upstream, const tensor& x) = 0;
  virtual tensor max_pool(const tensor& x, const pooling_rule& rule, std::shared_ptr<storage>& workspace) = 0;
  virtual tensor max_pool_gradient(const tensor& upstream, const tensor& x, const tensor& out, const pooling_rule& rule,
                                   const std::shared_ptr<storage>& workspace) = 0;

  /// The matrix product of dense a (n, k) and b (k, m), either of them transposed first; dense (n, m).
  virtual tensor product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) = 0;

  static constexpr double norm_epsilon = 1e-5;
};

/// Calls f with a number of the device's type: what the host does to dense tensors is written once.
template <class F>
decltype(auto) with_numbers(const device& on, F&& f) {
  return on.numbers() == number_type::f32 ? f(float{}) : f(double{});
}
/// The numbers of a dense tensor as T, which must be those of its device.
template <class T>
T* numbers_of(const tensor& dense) {
  return static_cast<T*>(dense.on().data(dense));
}

/// A dense tensor with these numbers, converted.
template <class T>
tensor tensor_of(device& on, const shape& extents, const T* numbers) {
  tensor made = on.empty(extents);
  with_numbers(on, [&](auto number) {
    auto* to = numbers_of<decltype(number)>(made);
    for (index_t k = 0; k < extents.size(); ++k) to[k] = static_cast<decltype(number)>(numbers[k]);
  });
  return made;
}
inline tensor filled(device& on, const shape& extents, double value) {
  tensor made = on.empty(extents);
  with_numbers(on, [&](auto number) {
    auto* to = numbers_of<decltype(number)>(made);
    for (index_t k = 0; k < extents.size(); ++k) to[k] = static_cast<decltype(number)>(value);
  });
  return made;
}
/// Copies the numbers of any tensor, row-major.
template <class T>
void copy_numbers(const tensor& from, T* to) {
  const tensor dense = from.on().dense(from);
  with_numbers(from.on(), [&](auto number) {
    const auto* numbers = numbers_of<decltype(number)>(dense);
    for (index_t k = 0; k < from.extents().size(); ++k) to[k] = static_cast<T>(numbers[k]);
  });
}

}  // namespace devices
}  // namespace mixcon_train
