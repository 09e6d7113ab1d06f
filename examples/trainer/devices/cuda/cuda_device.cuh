// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/cuda_queue.cuh"
#include "devices/cuda/loss_table.hpp"
#include "devices/cuda/network_kernels.hpp"
#include "devices/operator_kernels.hpp"
#include "devices/recipe_kernels.hpp"

#include <mixcon/gpu/matrix_product.hpp>

#include <type_traits>
#include <vector>

namespace mixcon_train {
inline namespace devices {

/// A GPU: row-major numbers of type T (float; double for tests) in its memory, and one queue. Products of matrices are
/// cuBLAS's; convolution, normalisation and pooling cuDNN's; losses run on `gpu::stream`; all else are kernels of ours.
/// The program's `.cu` files compile it with nvcc, and tests with the emulator, whose libraries are loops of the host.
///
/// Nothing is copied to the host but what is asked for by `read`. Sums have a fixed order, so a run has the same bits
/// every time on one card with one version of the libraries.
template <class T>
class cuda_device : public device, public recipe_kernels, private operator_kernels {
 public:
  cuda_device(std::shared_ptr<cuda_queue> queue, std::unique_ptr<gpu::matrix_products> products,
              std::unique_ptr<network_kernels<T>> library, std::unique_ptr<loss_kernels> losses)
      : queue_(std::move(queue)),
        products_(std::move(products)),
        library_(std::move(library)),
        losses_(std::move(losses)) {}

  number_type numbers() const override { return std::is_same_v<T, float> ? number_type::f32 : number_type::f64; }
  int threads() const override { return 1; }
  index_t allocations() const override { return queue_->allocations(); }
  operator_kernels* operators() override { return this; }
  loss_kernels* losses() override { return losses_.get(); }

  tensor empty(const shape& extents) override;
  tensor dense(const tensor& x) override { return x; }
  void* data(const tensor& /*dense*/) override { return nullptr; }
  void read(const tensor& x, void* numbers) override;
  tensor write(const shape& extents, const void* numbers) override;

  tensor sum(const tensor& a, const tensor& b) override;
  tensor scaled(const tensor& x, double factor) override { return affine(x, factor, 0); }
  tensor affine(const tensor& x, double factor, double offset) override;
  tensor apply(unary f, const tensor& x) override;
  tensor apply_gradient(unary f, const tensor& upstream, const tensor& x, const tensor& out) override;
  tensor apply(binary f, const tensor& a, const tensor& b) override;
  tensor summed(const tensor& x, const shape& extents) override;
  tensor repeated(const tensor& x, const shape& extents) override;
  tensor moved(const tensor& from, const tensor& to, double share) override;
  descended descend(const tensor& weights, const tensor& gradient, const tensor& velocity,
                    const descent_rule& rule) override;
  adapted adapt(const tensor& weights, const tensor& gradient, const tensor& mean, const tensor& square,
                const adam_rule& rule) override;

  tensor convolution(const tensor& x, const tensor& weights, const convolution_rule& rule) override;
  tensor convolution_by_x(const tensor& upstream, const tensor& x, const tensor& weights,
                          const convolution_rule& rule) override;
  tensor convolution_by_weights(const tensor& upstream, const tensor& x, const tensor& weights,
                                const convolution_rule& rule) override;
  norm_pass batch_norm(const tensor& x, const tensor& scale, const tensor& shift, bool rectify) override;
  norm_gradients batch_norm_gradients(const tensor& upstream, const tensor& x, const tensor& scale, const tensor& shift,
                                      const norm_pass& pass, bool rectify) override;
  tensor batch_norm_fixed(const tensor& x, const tensor& scale, const tensor& shift, const tensor& mean,
                          const tensor& variance, bool rectify) override;
  tensor relu(const tensor& x) override;
  tensor relu_of_sum(const tensor& a, const tensor& b) override;
  tensor relu_gradient(const tensor& upstream, const tensor& out) override;
  tensor average_pool(const tensor& x) override;
  tensor average_pool_gradient(const tensor& upstream, const tensor& x) override;
  tensor max_pool(const tensor& x, const pooling_rule& rule, std::shared_ptr<storage>& workspace) override;
  tensor max_pool_gradient(const tensor& upstream, const tensor& x, const tensor& out, const pooling_rule& rule,
                           const std::shared_ptr<storage>& workspace) override;
  tensor product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) override;
  tensor batched_product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) override;

  tensor mixed(const mixcon::mix_plan<mixcon::interpolated>& plan, const tensor& x) override {
    return mixed_by(plan, x);
  }
  tensor mixed(const mixcon::mix_plan<mixcon::pasted_boxes>& plan, const tensor& x) override {
    return mixed_by(plan, x);
  }
  tensor unmixed(const mixcon::mix_plan<mixcon::interpolated>& plan, const tensor& upstream) override {
    return unmixed_by(plan, upstream);
  }
  tensor unmixed(const mixcon::mix_plan<mixcon::pasted_boxes>& plan, const tensor& upstream) override {
    return unmixed_by(plan, upstream);
  }
  tensor masks_of_mean(const tensor& shares, double lambda, double margin) override;
  tensor masks_of_mean_gradient(const tensor& upstream, const tensor& shares, double lambda) override;
  tensor entered(const tensor& ring, const tensor& rows, index_t next) override;
  tensor replaced(const tensor& table, const tensor& rows, const std::vector<index_t>& places) override;

 private:
  tensor filled(const shape& extents, double value) override;
  tensor part(const tensor& x, int axis, index_t first, index_t end) override;
  tensor placed(const tensor& x, int axis, index_t first, index_t extent) override;
  tensor joined(const tensor& a, const tensor& b, int axis) override;
  tensor gathered(const tensor& x, const std::vector<index_t>& from) override;
  tensor scattered(const tensor& x, const std::vector<index_t>& to, index_t rows) override;
  tensor transposed(const tensor& x) override;
  tensor softmax(const tensor& x, int axis, bool is_log) override;
  tensor softmax_gradient(const tensor& upstream, const tensor& y, int axis, bool is_log) override;
  tensor row_lengths(const tensor& x) override;
  tensor unit_rows(const tensor& x, const tensor& lengths) override;
  tensor unit_rows_gradient(const tensor& upstream, const tensor& unit, const tensor& lengths) override;
  tensor group_maximum(const tensor& x, index_t pieces) override;
  tensor group_maximum_gradient(const tensor& upstream, const tensor& x, index_t pieces) override;

  /// out[k] = f(from[k]...), of one shape.
  template <class F, class... Tensors>
  tensor each(const shape& extents, const F& f, const Tensors&... from);
  template <class Region>
  tensor mixed_by(const mixcon::mix_plan<Region>& plan, const tensor& x);
  template <class Region>
  tensor unmixed_by(const mixcon::mix_plan<Region>& plan, const tensor& upstream);
  void multiply(const T* a, const shape& of_a, bool transpose_a, const T* b, const shape& of_b, bool transpose_b,
                T* out);

  std::shared_ptr<cuda_queue> queue_;
  std::unique_ptr<gpu::matrix_products> products_;
  std::unique_ptr<network_kernels<T>> library_;
  std::unique_ptr<loss_kernels> losses_;
};

/// The numbers of a tensor of a cuda_device, at an address of the GPU.
struct cuda_block : storage {
  explicit cuda_block(std::shared_ptr<cuda_queue> of, std::size_t bytes)
      : queue(std::move(of)), memory(*queue, bytes) {}
  std::shared_ptr<cuda_queue> queue;
  queue_memory memory;
};
template <class T>
T* device_numbers(const tensor& x) {
  return static_cast<T*>(static_cast<cuda_block&>(x.kept()).memory.data());
}
inline std::size_t bytes_of_numbers(const shape& extents, std::size_t each) {
  return static_cast<std::size_t>(extents.size()) * each;
}

}  // namespace devices
}  // namespace mixcon_train

#include "devices/cuda/cuda_network.cuh"
#include "devices/cuda/cuda_numbers.cuh"
#include "devices/cuda/cuda_recipes.cuh"
#include "devices/cuda/cuda_rows.cuh"
