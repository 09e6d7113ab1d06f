// SPDX-License-Identifier: BSD-3-Clause
// What cuda_device brings for recipes: mixing by plans, learned masks, a queue of keys, and a bank.
#pragma once

#include "devices/cuda/cuda_device.cuh"
#include "devices/cuda/cuda_rows.cuh"
#include "devices/cuda/kernels/masks.cuh"

#include <mixcon/gpu/mixing/blend.cuh>
#include <mixcon/gpu/negatives/device_queue.cuh>
#include <mixcon/gpu/stream.cuh>

namespace mixcon_train {
inline namespace devices {

namespace detail {
/// A batch as images; features (N, F) as images of one row.
template <class T>
gpu::device_tensor<T, 4> images_of_device(const tensor& x) {
  const shape& e = x.extents();
  const auto extents = e.rank() == 4 ? mixcon::axes<4>{e[0], e[1], e[2], e[3]}
                                     : mixcon::axes<4>{e[0], index_t{1}, index_t{1}, e.row_size()};
  return {device_numbers<T>(x), extents};
}

/// Calls f with a stream whose workspace fits the mixing of a batch by a plan.
template <class T, class Region, class F>
void with_stream(cuda_queue& queue, const mixcon::mix_plan<Region>& plan, const tensor& x, F&& f) {
  gpu::stream on{.queue = queue.on()};
  const gpu::device_tensor<T, 4> images = images_of_device<T>(x);
  const queue_memory workspace(queue, gpu::workspace_bytes(on, plan, images, images));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  f(on);
}
}  // namespace detail

template <class T>
template <class Region>
tensor cuda_device<T>::mixed_by(const mixcon::mix_plan<Region>& plan, const tensor& x) {
  tensor out = empty(x.extents());
  detail::with_stream<T>(*queue_, plan, x, [&](const gpu::stream& on) {
    mixcon::blend(on, plan, detail::images_of_device<const T>(x), detail::images_of_device<T>(out));
  });
  return out;
}
template <class T>
template <class Region>
tensor cuda_device<T>::unmixed_by(const mixcon::mix_plan<Region>& plan, const tensor& upstream) {
  tensor by = empty(upstream.extents());
  queue_->clear(device_numbers<T>(by), bytes_of_numbers(by.extents(), sizeof(T)));  // unblend adds
  detail::with_stream<T>(*queue_, plan, upstream, [&](const gpu::stream& on) {
    mixcon::unblend(on, plan, detail::images_of_device<const T>(upstream), detail::images_of_device<T>(by));
  });
  return by;
}

template <class T>
tensor cuda_device<T>::masks_of_mean(const tensor& shares, double lambda, double margin) {
  tensor out = empty(shares.extents());
  queue_->template a_warp_each<&gpu_kernels::correct_masks<T>>(shares.extents()[0], shares.extents().row_size(), lambda,
                                                               margin, device_numbers<T>(out),
                                                               static_cast<const T*>(device_numbers<T>(shares)));
  return out;
}
template <class T>
tensor cuda_device<T>::masks_of_mean_gradient(const tensor& upstream, const tensor& shares, double lambda) {
  tensor by = empty(shares.extents());
  queue_->template a_warp_each<&gpu_kernels::correct_masks_gradient<T>>(
      shares.extents()[0], shares.extents().row_size(), lambda, device_numbers<T>(by),
      static_cast<const T*>(device_numbers<T>(upstream)), static_cast<const T*>(device_numbers<T>(shares)));
  return by;
}

template <class T>
tensor cuda_device<T>::entered(const tensor& ring, const tensor& rows, index_t next) {
  const shape& extents = ring.extents();
  tensor out = empty(extents);
  queue_->copy(device_numbers<T>(out), device_numbers<T>(ring), bytes_of_numbers(extents, sizeof(T)));
  const detail::uploaded_numbers place(*queue_, {next});
  const mixcon::matrix_view<const T> from{device_numbers<T>(rows), {rows.extents()[0], extents.row_size()}};
  const index_t blocks = (rows.extents()[0] + gpu::rows_of_block - 1) / gpu::rows_of_block;
  queue_->template run<&gpu::queue_push<T, T>>(blocks, gpu::threads_of_block, 0, from, extents[0], place.data(),
                                               device_numbers<T>(out));
  return out;
}
template <class T>
tensor cuda_device<T>::replaced(const tensor& table, const tensor& rows, const std::vector<index_t>& places) {
  tensor out = empty(table.extents());
  queue_->copy(device_numbers<T>(out), device_numbers<T>(table), bytes_of_numbers(table.extents(), sizeof(T)));
  const detail::uploaded_numbers to(*queue_, places);
  queue_->template each<&gpu_kernels::put_rows<T>>(rows.extents().size(), rows.extents().row_size(), to.data(),
                                                   device_numbers<T>(out), device_numbers<T>(rows));
  return out;
}

}  // namespace devices
}  // namespace mixcon_train
