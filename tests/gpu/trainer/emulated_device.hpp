// SPDX-License-Identifier: BSD-3-Clause
// cuda_device with emulated kernels, and loops of the host in the place of cuBLAS and cuDNN. Its numbers lie in
// emulated device memory, so whatever reads them there as the host would is found out.
#pragma once

#include "gpu/emulator/emulator.hpp"

#include "devices/cuda/cuda_device.cuh"
#include "devices/reference_device.hpp"

#include <mixcon/gpu/host_products.hpp>

namespace mixcon_train {

/// The stand-in for cudnn_kernels: the reference device's loops, on copies.
template <class T>
class host_network_kernels final : public network_kernels<T> {
 public:
  void convolve(const convolution_sizes& of, const T* x, const T* weights, T* out) override {
    put(host_.convolution(at(of.x, x), at(of.weights, weights), of.rule), of.out, out);
  }
  void convolve_by_x(const convolution_sizes& of, const T* upstream, const T* weights, T* by) override {
    put(host_.convolution_by_x(at(of.out, upstream), host_.empty(of.x), at(of.weights, weights), of.rule), of.x, by);
  }
  void convolve_by_weights(const convolution_sizes& of, const T* upstream, const T* x, T* by) override {
    put(host_.convolution_by_weights(at(of.out, upstream), at(of.x, x), host_.empty(of.weights), of.rule), of.weights,
        by);
  }

  void normalise(const shape& of, const T* x, const T* scale, const T* shift, T* out, T* mean, T* variance,
                 T* kept) override {
    const shape one_each{of[1]};
    const norm_pass pass = host_.batch_norm(at(of, x), at(one_each, scale), at(one_each, shift), false);
    put(pass.out, of, out), put(pass.mean, one_each, mean), put(pass.variance, one_each, variance);
    put(pass.mean, one_each, kept), put(pass.variance, one_each, kept + of[1]);
  }
  void normalise_gradients(const shape& of, const T* upstream, const T* x, const T* scale, const T* kept, T* by_x,
                           T* by_scale, T* by_shift) override {
    const shape one_each{of[1]};
    const norm_pass pass{host_.empty(of), at(one_each, kept), at(one_each, kept + of[1]), nullptr};
    const norm_gradients by =
        host_.batch_norm_gradients(at(of, upstream), at(of, x), at(one_each, scale), at(one_each, scale), pass, false);
    put(by.x, of, by_x), put(by.scale, one_each, by_scale), put(by.shift, one_each, by_shift);
  }
  void normalise_fixed(const shape& of, const T* x, const T* scale, const T* shift, const T* mean, const T* variance,
                       T* out) override {
    const shape one_each{of[1]};
    put(host_.batch_norm_fixed(at(of, x), at(one_each, scale), at(one_each, shift), at(one_each, mean),
                               at(one_each, variance), false),
        of, out);
  }

  void pool(const pooling_sizes& of, const T* x, T* out) override {
    std::shared_ptr<storage> places;
    put(of.is_mean ? host_.average_pool(at(of.x, x)) : host_.max_pool(at(of.x, x), rule_of(of), places), of.out, out);
  }
  void pool_gradient(const pooling_sizes& of, const T* upstream, const T* x, const T* /*out*/, T* by) override {
    const tensor from = at(of.x, x);
    if (of.is_mean) return put(host_.average_pool_gradient(at({of.x[0], of.x[1]}, upstream), from), of.x, by);
    std::shared_ptr<storage> places;
    const tensor maxima = host_.max_pool(from, rule_of(of), places);
    put(host_.max_pool_gradient(at(of.out, upstream), from, maxima, rule_of(of), places), of.x, by);
  }

 private:
  static pooling_rule rule_of(const pooling_sizes& of) { return {of.rows, of.stride, of.padding}; }
  tensor at(const shape& extents, const T* numbers) { return host_.write(extents, numbers); }
  void put(const tensor& from, const shape& extents, T* to) {
    MIXCON_REQUIRE(from.extents().size() == extents.size(), "host_network_kernels: ", to_string(from.extents()),
                   " for ", to_string(extents));
    host_.read(from, to);
  }

  plain_device<T> host_;
};

/// A device of its own queue, with the losses that `add` puts into its table.
template <class T>
class emulated_device : public cuda_device<T> {
 public:
  using adder = void (*)(loss_table&, cuda_queue&);
  explicit emulated_device(adder add = nullptr, gpu::stream_handle how = nullptr)
      : emulated_device(std::make_shared<cuda_queue>(how), add) {}

 private:
  emulated_device(const std::shared_ptr<cuda_queue>& queue, adder add)
      : cuda_device<T>(queue, std::make_unique<gpu::host_products>(), std::make_unique<host_network_kernels<T>>(),
                       filled(*queue, add)) {}
  static std::unique_ptr<loss_table> filled(cuda_queue& queue, adder add) {
    auto made = std::make_unique<loss_table>();
    if (add != nullptr) add(*made, queue);
    return made;
  }
};

}  // namespace mixcon_train
