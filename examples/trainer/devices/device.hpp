// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/elementwise.hpp"
#include "devices/tensor.hpp"
#include "ranks/rank_group.hpp"

#include <memory>

namespace mixcon_train {
inline namespace devices {

class loss_kernels;
class operator_kernels;

/// How the samples of a training step lie, while it is computed.
struct step_split {
  index_t samples = 0;                ///< that this process encodes; what networks see are whole blocks of them
  index_t groups = 1;                 ///< equal parts of the samples, each normalised by its own batch statistics
  const rank_group* ranks = nullptr;  ///< that compute the step together; null: this process alone
  bool shares_statistics = false;     ///< batch statistics are of the samples of all ranks
  loss_kernels* losses = nullptr;     ///< over the rows of all ranks
};

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
/// What a step of descent makes of a parameter and its velocity.
struct descended {
  tensor weights, velocity;
};
struct adapted {
  tensor weights, mean, square;
};

/// The kernels that operators need. Operators, models and the trainer know this interface only; a device chooses how
/// its tensors lie in memory, and what they are stored as. `reference_device` computes in double with plain loops,
/// `onednn_device` in float or bfloat16, `cuda_device` on a GPU. What has no kernel of its own in a library is written
/// once for the host, in `host_device`.
///
/// Tensors that kernels return lie as the device likes; `dense` makes them row-major numbers. Gradients are of the
/// shape of what they are the gradient of. Nothing assumes that the host can reach a tensor's memory: see
/// host_numbers.hpp.
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
  /// Where the host finds the numbers of a dense tensor; null where it cannot reach them.
  virtual void* data(const tensor& dense) = 0;
  /// Copies the numbers of any tensor to the host, row-major, of the type `numbers()`.
  virtual void read(const tensor& x, void* numbers) = 0;
  /// A dense tensor with these numbers of the host.
  virtual tensor write(const shape& extents, const void* numbers) = 0;

  virtual tensor sum(const tensor& a, const tensor& b) = 0;
  virtual tensor scaled(const tensor& x, double factor) = 0;
  /// factor x + offset, entry by entry.
  virtual tensor affine(const tensor& x, double factor, double offset) = 0;
  /// f of each number, and upstream times its slope, given x and out = f(x).
  virtual tensor apply(unary f, const tensor& x) = 0;
  virtual tensor apply_gradient(unary f, const tensor& upstream, const tensor& x, const tensor& out) = 0;
  /// f of two numbers each, of tensors of one rank: where one has extent 1, it is repeated along that axis.
  virtual tensor apply(binary f, const tensor& a, const tensor& b) = 0;
  /// Sums along the axes where `extents` is 1; the others are those of x. Sums are accurate to the type's last digits.
  virtual tensor summed(const tensor& x, const shape& extents) = 0;
  /// The adjoint: x repeated along the axes where it has extent 1.
  virtual tensor repeated(const tensor& x, const shape& extents) = 0;
  /// from + share (to - from), entry by entry: a mean that follows.
  virtual tensor moved(const tensor& from, const tensor& to, double share) = 0;
  /// A step of an optimiser; tensors that come in are not changed.
  virtual descended descend(const tensor& weights, const tensor& gradient, const tensor& velocity,
                            const descent_rule& rule) = 0;
  virtual adapted adapt(const tensor& weights, const tensor& gradient, const tensor& mean, const tensor& square,
                        const adam_rule& rule) = 0;

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
  /// The same for each of B pairs of matrices: dense (B, n, k) and (B, k, m); dense (B, n, m).
  virtual tensor batched_product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) = 0;

  /// What operators and losses otherwise compute on the host; null: they do, and numbers may travel there and back.
  virtual operator_kernels* operators() { return nullptr; }
  virtual loss_kernels* losses() { return split_.losses; }

  /// How the samples of the present step lie; by default all in this process, and normalised together.
  const step_split& split() const { return split_; }
  void set_split(const step_split& of_step) { split_ = of_step; }
  /// How many processes compute the present step.
  index_t rank_count() const { return size_of(split_.ranks); }
  /// The ranks with which batch statistics are shared; null: none.
  const rank_group* sharing_statistics() const { return split_.shares_statistics ? split_.ranks : nullptr; }

  static constexpr double norm_epsilon = 1e-5;

 private:
  step_split split_{};
};

}  // namespace devices
}  // namespace mixcon_train
