// SPDX-License-Identifier: BSD-3-Clause
// Memory of cuda_device, and what it computes number by number or sums.
#pragma once

#include "devices/broadcast.hpp"
#include "devices/cuda/cuda_device.cuh"
#include "devices/cuda/kernels/each.cuh"
#include "devices/cuda/kernels/places.cuh"

#include <cmath>

namespace mixcon_train {
inline namespace devices {

template <class T>
tensor cuda_device<T>::empty(const shape& extents) {
  return {*this, extents, std::make_shared<cuda_block>(queue_, bytes_of_numbers(extents, sizeof(T)))};
}
template <class T>
void cuda_device<T>::read(const tensor& x, void* numbers) {
  queue_->download(numbers, device_numbers<T>(x), bytes_of_numbers(x.extents(), sizeof(T)));
}
template <class T>
tensor cuda_device<T>::write(const shape& extents, const void* numbers) {
  tensor made = empty(extents);
  queue_->upload(device_numbers<T>(made), numbers, bytes_of_numbers(extents, sizeof(T)));
  return made;
}

template <class T>
template <class F, class... Tensors>
tensor cuda_device<T>::each(const shape& extents, const F& f, const Tensors&... from) {
  tensor out = empty(extents);
  queue_->template each<&gpu_kernels::each_number<F, T, decltype(static_cast<const T*>(device_numbers<T>(from)))...>>(
      extents.size(), device_numbers<T>(out), f, static_cast<const T*>(device_numbers<T>(from))...);
  return out;
}

template <class T>
tensor cuda_device<T>::filled(const shape& extents, double value) {
  tensor out = empty(extents);
  queue_->template each<&gpu_kernels::fill<T>>(extents.size(), device_numbers<T>(out), static_cast<T>(value));
  return out;
}
template <class T>
tensor cuda_device<T>::sum(const tensor& a, const tensor& b) {
  return each(a.extents(), gpu_kernels::function_of_two<binary::sum, T>{}, a, b);
}
template <class T>
tensor cuda_device<T>::affine(const tensor& x, double factor, double offset) {
  return each(x.extents(), gpu_kernels::affine_of<T>{static_cast<T>(factor), static_cast<T>(offset)}, x);
}
template <class T>
tensor cuda_device<T>::moved(const tensor& from, const tensor& to, double share) {
  return each(from.extents(), gpu_kernels::moved_by<T>{static_cast<T>(share)}, from, to);
}
template <class T>
tensor cuda_device<T>::relu(const tensor& x) {
  return each(x.extents(), gpu_kernels::rectified<T>{}, x);
}
template <class T>
tensor cuda_device<T>::relu_of_sum(const tensor& a, const tensor& b) {
  return each(a.extents(), gpu_kernels::rectified_sum<T>{}, a, b);
}
template <class T>
tensor cuda_device<T>::relu_gradient(const tensor& upstream, const tensor& out) {
  return each(out.extents(), gpu_kernels::where_above_0<T>{}, upstream, out);
}

/// Calls f<which>() for the function that is asked for when the program runs.
template <class F>
tensor for_function(unary which, F&& f) {
  switch (which) {
    case unary::absolute:
      return f.template operator()<unary::absolute>();
    case unary::square:
      return f.template operator()<unary::square>();
    case unary::sigmoid:
      return f.template operator()<unary::sigmoid>();
    case unary::elu:
      return f.template operator()<unary::elu>();
    case unary::exponential:
      return f.template operator()<unary::exponential>();
    case unary::logarithm:
      return f.template operator()<unary::logarithm>();
  }
  return {};
}
template <class T>
tensor cuda_device<T>::apply(unary f, const tensor& x) {
  return for_function(f, [&]<unary F>() { return each(x.extents(), gpu_kernels::function_of<F, T>{}, x); });
}
template <class T>
tensor cuda_device<T>::apply_gradient(unary f, const tensor& upstream, const tensor& x, const tensor& out) {
  return for_function(
      f, [&]<unary F>() { return each(x.extents(), gpu_kernels::through_function<F, T>{}, upstream, x, out); });
}

template <class T>
tensor cuda_device<T>::apply(binary f, const tensor& a, const tensor& b) {
  const shape extents = broadcast("apply", a.extents(), b.extents());
  const auto with = [&](auto function) {
    if (a.extents() == b.extents()) return each(extents, function, a, b);
    tensor out = empty(extents);
    queue_->template each<&gpu_kernels::each_pair<decltype(function), T>>(
        extents.size(), gpu_kernels::repeated_places(extents, a.extents(), b.extents()), device_numbers<T>(out),
        function, device_numbers<T>(a), device_numbers<T>(b));
    return out;
  };
  switch (f) {
    case binary::sum:
      return with(gpu_kernels::function_of_two<binary::sum, T>{});
    case binary::difference:
      return with(gpu_kernels::function_of_two<binary::difference, T>{});
    case binary::product:
      return with(gpu_kernels::function_of_two<binary::product, T>{});
  }
  return {};
}

template <class T>
tensor cuda_device<T>::summed(const tensor& x, const shape& extents) {
  if (x.extents() == extents) return x;
  tensor out = empty(extents);
  const gpu_kernels::summed_places places(x.extents(), extents);
  const index_t threads = places.count > 256 ? cuda_queue::threads : gpu::warp_size;
  queue_->template run<&gpu_kernels::sum_places<T>>(extents.size(), threads,
                                                    static_cast<std::size_t>(threads / gpu::warp_size) * sizeof(double),
                                                    places, device_numbers<T>(x), device_numbers<T>(out));
  return out;
}
template <class T>
tensor cuda_device<T>::repeated(const tensor& x, const shape& extents) {
  if (x.extents() == extents) return x;
  tensor out = empty(extents);
  queue_->template each<&gpu_kernels::repeat<T>>(extents.size(),
                                                 gpu_kernels::repeated_places(extents, x.extents(), x.extents()),
                                                 device_numbers<T>(out), device_numbers<T>(x));
  return out;
}

template <class T>
descended cuda_device<T>::descend(const tensor& weights, const tensor& gradient, const tensor& velocity,
                                  const descent_rule& rule) {
  const descended made{empty(weights.extents()), empty(weights.extents())};
  const gpu_kernels::descent_numbers<T> by{static_cast<T>(rule.rate), static_cast<T>(rule.momentum),
                                           static_cast<T>(rule.share * rule.decay), static_cast<T>(rule.share),
                                           rule.nesterov};
  queue_->template each<&gpu_kernels::descend<T>>(weights.extents().size(), by, device_numbers<T>(weights),
                                                  device_numbers<T>(gradient), device_numbers<T>(velocity),
                                                  device_numbers<T>(made.weights), device_numbers<T>(made.velocity));
  return made;
}
template <class T>
adapted cuda_device<T>::adapt(const tensor& weights, const tensor& gradient, const tensor& mean, const tensor& square,
                              const adam_rule& rule) {
  const shape& extents = weights.extents();
  const adapted made{empty(extents), empty(extents), empty(extents)};
  const gpu_kernels::adam_numbers<T> by{static_cast<T>(rule.rate),
                                        static_cast<T>(rule.first),
                                        static_cast<T>(rule.second),
                                        static_cast<T>(rule.epsilon),
                                        static_cast<T>(rule.decay),
                                        static_cast<T>(1 / (1 - std::pow(rule.first, rule.step))),
                                        static_cast<T>(1 / (1 - std::pow(rule.second, rule.step)))};
  const gpu_kernels::adam_arrays<T> of{device_numbers<T>(weights),      device_numbers<T>(gradient),
                                       device_numbers<T>(mean),         device_numbers<T>(square),
                                       device_numbers<T>(made.weights), device_numbers<T>(made.mean),
                                       device_numbers<T>(made.square)};
  queue_->template each<&gpu_kernels::adapt<T>>(extents.size(), by, of);
  return made;
}

}  // namespace devices
}  // namespace mixcon_train
