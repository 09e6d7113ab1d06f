// SPDX-License-Identifier: BSD-3-Clause
// Convolution, batch normalisation and pooling by cuDNN 9 (its functions of whole layers).
#pragma once

#include "devices/cuda/cudnn_descriptors.cuh"
#include "devices/cuda/network_kernels.hpp"

#include <array>

namespace mixcon_train {
inline namespace devices {

/// Kernels of cuDNN that give the same bits every time, in full precision: no TF32. Which algorithm a convolution takes
/// is cuDNN's choice, made once for its sizes.
template <class T>
class cudnn_kernels final : public network_kernels<T> {
 public:
  explicit cudnn_kernels(cuda_queue& queue) : queue_(queue) { library_.open(queue.on()); }

  void convolve(const convolution_sizes& of, const T* x, const T* weights, T* out) override {
    auto& by = forward_.find(
        of,
        [&](auto& made) {
          int count = 0;
          cudnn_require(
              cudnnGetConvolutionForwardAlgorithm_v7(library_.handle(), made.x.get(), made.weights.get(),
                                                     made.rule.get(), made.out.get(), most, &count, made.found.data()),
              "a convolution");
          return count;
        },
        [&](auto& made) {
          return cudnnGetConvolutionForwardWorkspaceSize(library_.handle(), made.x.get(), made.weights.get(),
                                                         made.rule.get(), made.out.get(), made.algorithm(),
                                                         &made.bytes);
        });
    const queue_memory room(queue_, by.bytes);
    cudnn_require(
        cudnnConvolutionForward(library_.handle(), &one, by.x.get(), x, by.weights.get(), weights, by.rule.get(),
                                by.algorithm(), room.data(), room.bytes(), &zero, by.out.get(), out),
        "a convolution");
  }
  void convolve_by_x(const convolution_sizes& of, const T* upstream, const T* weights, T* to) override {
    auto& by = by_x_.find(
        of,
        [&](auto& made) {
          int count = 0;
          cudnn_require(cudnnGetConvolutionBackwardDataAlgorithm_v7(library_.handle(), made.weights.get(),
                                                                    made.out.get(), made.rule.get(), made.x.get(), most,
                                                                    &count, made.found.data()),
                        "a convolution's gradient");
          return count;
        },
        [&](auto& made) {
          return cudnnGetConvolutionBackwardDataWorkspaceSize(library_.handle(), made.weights.get(), made.out.get(),
                                                              made.rule.get(), made.x.get(), made.algorithm(),
                                                              &made.bytes);
        });
    const queue_memory room(queue_, by.bytes);
    cudnn_require(
        cudnnConvolutionBackwardData(library_.handle(), &one, by.weights.get(), weights, by.out.get(), upstream,
                                     by.rule.get(), by.algorithm(), room.data(), room.bytes(), &zero, by.x.get(), to),
        "a convolution's gradient");
  }
  void convolve_by_weights(const convolution_sizes& of, const T* upstream, const T* x, T* to) override {
    auto& by = by_weights_.find(
        of,
        [&](auto& made) {
          int count = 0;
          cudnn_require(cudnnGetConvolutionBackwardFilterAlgorithm_v7(library_.handle(), made.x.get(), made.out.get(),
                                                                      made.rule.get(), made.weights.get(), most, &count,
                                                                      made.found.data()),
                        "a convolution's gradient by weights");
          return count;
        },
        [&](auto& made) {
          return cudnnGetConvolutionBackwardFilterWorkspaceSize(library_.handle(), made.x.get(), made.out.get(),
                                                                made.rule.get(), made.weights.get(), made.algorithm(),
                                                                &made.bytes);
        });
    const queue_memory room(queue_, by.bytes);
    cudnn_require(
        cudnnConvolutionBackwardFilter(library_.handle(), &one, by.x.get(), x, by.out.get(), upstream, by.rule.get(),
                                       by.algorithm(), room.data(), room.bytes(), &zero, by.weights.get(), to),
        "a convolution's gradient by weights");
  }

  void normalise(const shape& of, const T* x, const T* scale, const T* shift, T* out, T* mean, T* variance,
                 T* kept) override {
    const cudnn_tensor<T> images(of), channels({1, of[1], 1, 1});
    const auto bytes = static_cast<std::size_t>(of[1]) * sizeof(T);
    queue_.clear(mean, bytes), queue_.clear(variance, bytes);  // a share 1 of the batch's, and 0 of what is there
    cudnn_require(cudnnBatchNormalizationForwardTraining(
                      library_.handle(), CUDNN_BATCHNORM_SPATIAL, &one, &zero, images.get(), x, images.get(), out,
                      channels.get(), scale, shift, 1.0, mean, variance, device::norm_epsilon, kept, kept + of[1]),
                  "a batch normalisation");
    const double number = static_cast<double>(of.size() / of[1]);  // cuDNN's running variance is unbiased
    if (number == 1) return queue_.clear(variance, bytes);         // and of one number may be infinity times 0
    queue_.template each<&gpu_kernels::each_number<gpu_kernels::affine_of<T>, T, const T*>>(
        of[1], variance, gpu_kernels::affine_of<T>{static_cast<T>((number - 1) / number), T(0)},
        static_cast<const T*>(variance));
  }
  void normalise_gradients(const shape& of, const T* upstream, const T* x, const T* scale, const T* kept, T* by_x,
                           T* by_scale, T* by_shift) override {
    const cudnn_tensor<T> images(of), channels({1, of[1], 1, 1});
    cudnn_require(
        cudnnBatchNormalizationBackward(library_.handle(), CUDNN_BATCHNORM_SPATIAL, &one, &zero, &one, &zero,
                                        images.get(), x, images.get(), upstream, images.get(), by_x, channels.get(),
                                        scale, by_scale, by_shift, device::norm_epsilon, kept, kept + of[1]),
        "a batch normalisation's gradient");
  }
  void normalise_fixed(const shape& of, const T* x, const T* scale, const T* shift, const T* mean, const T* variance,
                       T* out) override {
    const cudnn_tensor<T> images(of), channels({1, of[1], 1, 1});
    cudnn_require(cudnnBatchNormalizationForwardInference(library_.handle(), CUDNN_BATCHNORM_SPATIAL, &one, &zero,
                                                          images.get(), x, images.get(), out, channels.get(), scale,
                                                          shift, mean, variance, device::norm_epsilon),
                  "a normalisation by running statistics");
  }

  void pool(const pooling_sizes& of, const T* x, T* out) override {
    const cudnn_tensor<T> from(of.x), to(of.out);
    const cudnn_pooling rule(of);
    cudnn_require(cudnnPoolingForward(library_.handle(), rule.get(), &one, from.get(), x, &zero, to.get(), out),
                  "a pooling");
  }
  void pool_gradient(const pooling_sizes& of, const T* upstream, const T* x, const T* out, T* by) override {
    const cudnn_tensor<T> from(of.x), to(of.out);
    const cudnn_pooling rule(of);
    cudnn_require(cudnnPoolingBackward(library_.handle(), rule.get(), &one, to.get(), out, to.get(), upstream,
                                       from.get(), x, &zero, from.get(), by),
                  "a pooling's gradient");
  }

 private:
  static constexpr int most = 8;  // algorithms that cuDNN names
  static constexpr T one = 1, zero = 0;

  /// Convolutions of some sizes, with the first algorithm of cuDNN's list that gives the same bits every time.
  template <class Found>
  class convolutions {
   public:
    struct convolution {
      explicit convolution(const convolution_sizes& of) : x(of.x), out(of.out), weights(of.weights), rule(of.rule) {}
      auto algorithm() const { return found[chosen].algo; }

      cudnn_tensor<T> x, out;
      cudnn_filter<T> weights;
      cudnn_convolution<T> rule;
      std::array<Found, most> found{};
      std::size_t chosen = 0, bytes = 0;  // of the chosen algorithm's workspace
    };

    /// `ask` fills the list, `measure` says how much memory the chosen one takes in full precision: the list has it for
    /// the mathematics that it names, which may be TF32.
    template <class Ask, class Measure>
    convolution& find(const convolution_sizes& of, const Ask& ask, const Measure& measure) {
      auto& kept = by_sizes_[key_of(of)];
      if (kept) return *kept;
      auto made = std::make_unique<convolution>(of);
      const auto count = static_cast<std::size_t>(ask(*made));
      for (; made->chosen < count; ++made->chosen) {
        const Found& each = made->found[made->chosen];
        const bool is_full = each.mathType == CUDNN_FMA_MATH || each.mathType == CUDNN_DEFAULT_MATH;
        if (each.status == CUDNN_STATUS_SUCCESS && each.determinism == CUDNN_DETERMINISTIC && is_full &&
            measure(*made) == CUDNN_STATUS_SUCCESS)
          break;
      }
      MIXCON_REQUIRE(made->chosen < count, "cuda_device: cuDNN has no convolution of ", to_string(of.x), " by ",
                     to_string(of.weights), " that gives the same bits every time.");
      kept = std::move(made);
      return *kept;
    }

   private:
    using key = std::array<index_t, 14>;
    static key key_of(const convolution_sizes& of) {
      key made{};
      for (int axis = 0; axis < 4; ++axis) {
        made[static_cast<std::size_t>(axis)] = of.x[axis];
        made[static_cast<std::size_t>(axis) + 4] = of.weights[axis];
        made[static_cast<std::size_t>(axis) + 8] = of.out[axis];
      }
      made[12] = of.rule.stride, made[13] = of.rule.padding;
      return made;
    }
    std::map<key, std::unique_ptr<convolution>> by_sizes_{};
  };

  cuda_queue& queue_;
  cudnn_library library_{};
  convolutions<cudnnConvolutionFwdAlgoPerf_t> forward_{};
  convolutions<cudnnConvolutionBwdDataAlgoPerf_t> by_x_{};
  convolutions<cudnnConvolutionBwdFilterAlgoPerf_t> by_weights_{};
};

}  // namespace devices
}  // namespace mixcon_train
