// SPDX-License-Identifier: BSD-3-Clause
// What cuda_device brings for operators that a host's device leaves to loops of the operators' own.
#pragma once

#include "devices/cuda/cuda_device.cuh"
#include "devices/cuda/kernels/rows.cuh"

namespace mixcon_train {
inline namespace devices {

namespace detail {
inline shape with_axis(shape extents, int axis, index_t extent) {
  extents[axis] = extent;
  return extents;
}
/// The numbers from one entry of an axis to the next.
inline index_t step_of_axis(const shape& extents, int axis) { return gpu_kernels::cut(extents, axis).inner; }

/// Whole numbers of the host in device memory.
class uploaded_numbers {
 public:
  uploaded_numbers(cuda_queue& on, const std::vector<index_t>& numbers)
      : memory_(on, numbers.size() * sizeof(index_t)) {
    on.upload(memory_.data(), numbers.data(), memory_.bytes());
  }
  const index_t* data() const { return static_cast<const index_t*>(memory_.data()); }

 private:
  queue_memory memory_;
};
}  // namespace detail

template <class T>
tensor cuda_device<T>::part(const tensor& x, int axis, index_t first, index_t end) {
  tensor out = empty(detail::with_axis(x.extents(), axis, end - first));
  queue_->template each<&gpu_kernels::move_entries<T>>(out.extents().size(), gpu_kernels::cut(out.extents(), axis),
                                                       gpu_kernels::cut(x.extents(), axis), index_t{0}, first,
                                                       device_numbers<T>(out), device_numbers<T>(x));
  return out;
}
template <class T>
tensor cuda_device<T>::placed(const tensor& x, int axis, index_t first, index_t extent) {
  tensor out = empty(detail::with_axis(x.extents(), axis, extent));
  queue_->template each<&gpu_kernels::move_entries<T>>(out.extents().size(), gpu_kernels::cut(out.extents(), axis),
                                                       gpu_kernels::cut(x.extents(), axis), first, index_t{0},
                                                       device_numbers<T>(out), device_numbers<T>(x));
  return out;
}
template <class T>
tensor cuda_device<T>::joined(const tensor& a, const tensor& b, int axis) {
  tensor out = empty(detail::with_axis(a.extents(), axis, a.extents()[axis] + b.extents()[axis]));
  queue_->template each<&gpu_kernels::join<T>>(out.extents().size(), gpu_kernels::cut(a.extents(), axis),
                                               gpu_kernels::cut(b.extents(), axis), device_numbers<T>(out),
                                               device_numbers<T>(a), device_numbers<T>(b));
  return out;
}

template <class T>
tensor cuda_device<T>::gathered(const tensor& x, const std::vector<index_t>& from) {
  tensor out = empty(detail::with_axis(x.extents(), 0, static_cast<index_t>(from.size())));
  const detail::uploaded_numbers rows(*queue_, from);
  queue_->template each<&gpu_kernels::gather<T>>(out.extents().size(), x.extents().row_size(), rows.data(),
                                                 device_numbers<T>(out), device_numbers<T>(x));
  return out;
}
template <class T>
tensor cuda_device<T>::scattered(const tensor& x, const std::vector<index_t>& to, index_t rows) {
  // the numbers of the rows that are added to each row, one list behind the other
  std::vector<index_t> begins(static_cast<std::size_t>(rows) + 1), sources;
  for (const index_t row : to)
    if (row >= 0) ++begins[static_cast<std::size_t>(row) + 1];
  for (std::size_t row = 1; row < begins.size(); ++row) begins[row] += begins[row - 1];
  sources.resize(static_cast<std::size_t>(begins.back()));
  std::vector<index_t> next = begins;
  for (std::size_t k = 0; k < to.size(); ++k)
    if (to[k] >= 0)
      sources[static_cast<std::size_t>(next[static_cast<std::size_t>(to[k])]++)] = static_cast<index_t>(k);
  tensor out = empty(detail::with_axis(x.extents(), 0, rows));
  const detail::uploaded_numbers begin_of(*queue_, begins), source(*queue_, sources);
  queue_->template each<&gpu_kernels::scatter<T>>(out.extents().size(), x.extents().row_size(), begin_of.data(),
                                                  source.data(), device_numbers<T>(out), device_numbers<T>(x));
  return out;
}
template <class T>
tensor cuda_device<T>::transposed(const tensor& x) {
  const int last = x.extents().rank() - 1;
  shape extents = x.extents();
  std::swap(extents[last - 1], extents[last]);
  tensor out = empty(extents);
  queue_->template each<&gpu_kernels::transpose<T>>(extents.size(), extents[last], extents[last - 1],
                                                    device_numbers<T>(out), device_numbers<T>(x));
  return out;
}

template <class T>
tensor cuda_device<T>::softmax(const tensor& x, int axis, bool is_log) {
  tensor out = empty(x.extents());
  const index_t length = x.extents()[axis];
  queue_->template a_warp_each<&gpu_kernels::softmax<T>>(x.extents().size() / length, length,
                                                         detail::step_of_axis(x.extents(), axis), is_log,
                                                         device_numbers<T>(out), device_numbers<T>(x));
  return out;
}
template <class T>
tensor cuda_device<T>::softmax_gradient(const tensor& upstream, const tensor& y, int axis, bool is_log) {
  tensor by = empty(y.extents());
  const index_t length = y.extents()[axis];
  queue_->template a_warp_each<&gpu_kernels::softmax_gradient<T>>(
      y.extents().size() / length, length, detail::step_of_axis(y.extents(), axis), is_log, device_numbers<T>(by),
      device_numbers<T>(upstream), device_numbers<T>(y));
  return by;
}

template <class T>
tensor cuda_device<T>::row_lengths(const tensor& x) {
  const index_t rows = x.extents()[0];
  tensor out = empty({rows});
  queue_->template a_warp_each<&gpu_kernels::row_lengths<T>>(rows, x.extents().row_size(), device_numbers<T>(out),
                                                             device_numbers<T>(x));
  return out;
}
template <class T>
tensor cuda_device<T>::unit_rows(const tensor& x, const tensor& lengths) {
  tensor out = empty(x.extents());
  queue_->template each<&gpu_kernels::divide_rows<T>>(x.extents().size(), x.extents().row_size(),
                                                      device_numbers<T>(out), device_numbers<T>(x),
                                                      device_numbers<T>(lengths));
  return out;
}
template <class T>
tensor cuda_device<T>::unit_rows_gradient(const tensor& upstream, const tensor& unit, const tensor& lengths) {
  tensor by = empty(unit.extents());
  queue_->template a_warp_each<&gpu_kernels::unit_rows_gradient<T>>(
      unit.extents()[0], unit.extents().row_size(), device_numbers<T>(by), device_numbers<T>(upstream),
      device_numbers<T>(unit), device_numbers<T>(lengths));
  return by;
}

template <class T>
tensor cuda_device<T>::group_maximum(const tensor& x, index_t pieces) {
  tensor out = empty(detail::with_axis(x.extents(), 1, x.extents()[1] / pieces));
  queue_->template each<&gpu_kernels::group_maximum<T>>(
      out.extents().size(), pieces, detail::step_of_axis(x.extents(), 1), device_numbers<T>(out), device_numbers<T>(x));
  return out;
}
template <class T>
tensor cuda_device<T>::group_maximum_gradient(const tensor& upstream, const tensor& x, index_t pieces) {
  tensor by = empty(x.extents());
  queue_->template each<&gpu_kernels::group_maximum_gradient<T>>(
      upstream.extents().size(), pieces, detail::step_of_axis(x.extents(), 1), device_numbers<T>(by),
      device_numbers<T>(upstream), device_numbers<T>(x));
  return by;
}

}  // namespace devices
}  // namespace mixcon_train
