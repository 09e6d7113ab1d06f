// SPDX-License-Identifier: BSD-3-Clause
// What cuda_device asks of libraries: products, convolution, normalisation, pooling.
#pragma once

#include "devices/cuda/cuda_device.cuh"

namespace mixcon_train {
inline namespace devices {

namespace detail {
inline index_t places_of_window(index_t extent, index_t size, index_t stride, index_t padding) {
  return (extent + 2 * padding - size) / stride + 1;
}
inline pooling_sizes mean_of_all(const shape& x) {
  return {.x = x, .out = {x[0], x[1], 1, 1}, .rows = x[2], .columns = x[3], .is_mean = true};
}
inline pooling_sizes maxima(const shape& x, const shape& out, const pooling_rule& rule) {
  return {x, out, rule.size, rule.size, rule.stride, rule.padding, false};
}
}  // namespace detail

template <class T>
tensor cuda_device<T>::convolution(const tensor& x, const tensor& weights, const convolution_rule& rule) {
  const shape &e = x.extents(), &w = weights.extents();
  tensor out = empty({e[0], w[0], detail::places_of_window(e[2], w[2], rule.stride, rule.padding),
                      detail::places_of_window(e[3], w[3], rule.stride, rule.padding)});
  library_->convolve({e, w, out.extents(), rule}, device_numbers<T>(x), device_numbers<T>(weights),
                     device_numbers<T>(out));
  return out;
}
template <class T>
tensor cuda_device<T>::convolution_by_x(const tensor& upstream, const tensor& x, const tensor& weights,
                                        const convolution_rule& rule) {
  tensor by = empty(x.extents());
  library_->convolve_by_x({x.extents(), weights.extents(), upstream.extents(), rule}, device_numbers<T>(upstream),
                          device_numbers<T>(weights), device_numbers<T>(by));
  return by;
}
template <class T>
tensor cuda_device<T>::convolution_by_weights(const tensor& upstream, const tensor& x, const tensor& weights,
                                              const convolution_rule& rule) {
  tensor by = empty(weights.extents());
  library_->convolve_by_weights({x.extents(), weights.extents(), upstream.extents(), rule}, device_numbers<T>(upstream),
                                device_numbers<T>(x), device_numbers<T>(by));
  return by;
}

template <class T>
norm_pass cuda_device<T>::batch_norm(const tensor& x, const tensor& scale, const tensor& shift, bool rectify) {
  const index_t channels = x.extents()[1];
  norm_pass pass{empty(x.extents()), empty({channels}), empty({channels}),
                 std::make_shared<cuda_block>(queue_, bytes_of_numbers({2, channels}, sizeof(T)))};
  library_->normalise(x.extents(), device_numbers<T>(x), device_numbers<T>(scale), device_numbers<T>(shift),
                      device_numbers<T>(pass.out), device_numbers<T>(pass.mean), device_numbers<T>(pass.variance),
                      static_cast<T*>(static_cast<cuda_block&>(*pass.workspace).memory.data()));
  if (rectify) pass.out = relu(pass.out);
  return pass;
}
template <class T>
norm_gradients cuda_device<T>::batch_norm_gradients(const tensor& upstream, const tensor& x, const tensor& scale,
                                                    const tensor& shift, const norm_pass& pass, bool rectify) {
  const tensor g = rectify ? relu_gradient(upstream, pass.out) : upstream;
  norm_gradients by{empty(x.extents()), empty(scale.extents()), empty(shift.extents())};
  library_->normalise_gradients(x.extents(), device_numbers<T>(g), device_numbers<T>(x), device_numbers<T>(scale),
                                static_cast<T*>(static_cast<cuda_block&>(*pass.workspace).memory.data()),
                                device_numbers<T>(by.x), device_numbers<T>(by.scale), device_numbers<T>(by.shift));
  return by;
}
template <class T>
tensor cuda_device<T>::batch_norm_fixed(const tensor& x, const tensor& scale, const tensor& shift, const tensor& mean,
                                        const tensor& variance, bool rectify) {
  tensor out = empty(x.extents());
  library_->normalise_fixed(x.extents(), device_numbers<T>(x), device_numbers<T>(scale), device_numbers<T>(shift),
                            device_numbers<T>(mean), device_numbers<T>(variance), device_numbers<T>(out));
  return rectify ? relu(out) : out;
}

template <class T>
tensor cuda_device<T>::average_pool(const tensor& x) {
  tensor out = empty({x.extents()[0], x.extents()[1]});
  library_->pool(detail::mean_of_all(x.extents()), device_numbers<T>(x), device_numbers<T>(out));
  return out;
}
template <class T>
tensor cuda_device<T>::average_pool_gradient(const tensor& upstream, const tensor& x) {
  tensor by = empty(x.extents());
  // means are linear: their values, which the library asks for too, have no part in the gradient
  library_->pool_gradient(detail::mean_of_all(x.extents()), device_numbers<T>(upstream), device_numbers<T>(x),
                          device_numbers<T>(upstream), device_numbers<T>(by));
  return by;
}
template <class T>
tensor cuda_device<T>::max_pool(const tensor& x, const pooling_rule& rule, std::shared_ptr<storage>& workspace) {
  const shape& e = x.extents();
  tensor out = empty({e[0], e[1], detail::places_of_window(e[2], rule.size, rule.stride, rule.padding),
                      detail::places_of_window(e[3], rule.size, rule.stride, rule.padding)});
  library_->pool(detail::maxima(e, out.extents(), rule), device_numbers<T>(x), device_numbers<T>(out));
  workspace = nullptr;
  return out;
}
template <class T>
tensor cuda_device<T>::max_pool_gradient(const tensor& upstream, const tensor& x, const tensor& out,
                                         const pooling_rule& rule, const std::shared_ptr<storage>& /*workspace*/) {
  tensor by = empty(x.extents());
  library_->pool_gradient(detail::maxima(x.extents(), out.extents(), rule), device_numbers<T>(upstream),
                          device_numbers<T>(x), device_numbers<T>(out), device_numbers<T>(by));
  return by;
}

template <class T>
void cuda_device<T>::multiply(const T* a, const shape& of_a, bool transpose_a, const T* b, const shape& of_b,
                              bool transpose_b, T* out) {
  const auto read = [](const T* numbers, const shape& e, bool is_turned) {
    const gpu::product_matrix<const T> as_it_lies{numbers, e[0], e[1], e[1], false};
    return is_turned ? as_it_lies.transposed() : as_it_lies;
  };
  const auto left = read(a, of_a, transpose_a), right = read(b, of_b, transpose_b);
  cuda_queue::require(products_->multiply(queue_->on(), 1, left, right, 0,
                                          gpu::product_matrix<T>{out, left.rows, right.columns, right.columns, false}));
}
template <class T>
tensor cuda_device<T>::product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) {
  const shape &left = a.extents(), &right = b.extents();
  tensor out = empty({left[transpose_a ? 1 : 0], right[transpose_b ? 0 : 1]});
  multiply(device_numbers<T>(a), left, transpose_a, device_numbers<T>(b), right, transpose_b, device_numbers<T>(out));
  return out;
}
template <class T>
tensor cuda_device<T>::batched_product(const tensor& a, bool transpose_a, const tensor& b, bool transpose_b) {
  const shape &left = a.extents(), &right = b.extents();
  tensor out = empty({left[0], left[transpose_a ? 2 : 1], right[transpose_b ? 1 : 2]});
  for (index_t k = 0; k < left[0]; ++k)
    multiply(device_numbers<T>(a) + k * left.row_size(), {left[1], left[2]}, transpose_a,
             device_numbers<T>(b) + k * right.row_size(), {right[1], right[2]}, transpose_b,
             device_numbers<T>(out) + k * out.extents().row_size());
  return out;
}

}  // namespace devices
}  // namespace mixcon_train
