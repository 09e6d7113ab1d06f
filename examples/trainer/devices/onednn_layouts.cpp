// SPDX-License-Identifier: BSD-3-Clause
#include "devices/onednn_layouts.hpp"

#include <algorithm>
#include <stdexcept>

namespace mixcon_train {
inline namespace devices {

namespace {

const dnnl_blocking_desc_t& blocking_of(const layout& of) {
  if (of.data.format_kind != dnnl_blocked) throw std::logic_error("onednn_device: a layout that is not blocked");
  return of.data.format_desc.blocking;
}

}  // namespace

dnnl::memory::dims dims_of(const shape& extents) {
  dnnl::memory::dims dims;
  dims.reserve(static_cast<std::size_t>(extents.rank()));
  for (int axis = 0; axis < extents.rank(); ++axis) dims.push_back(extents[axis]);
  return dims;
}
layout strided_layout(const shape& extents, const shape& strides) {
  dnnl_dims_t dims = {}, apart = {};  // rather than vectors: this is asked for hundreds of times in a step
  for (int axis = 0; axis < extents.rank(); ++axis) dims[axis] = extents[axis], apart[axis] = strides[axis];
  layout made;
  dnnl::error::wrap_c_api(dnnl_memory_desc_init_by_strides(&made.data, extents.rank(), dims, dnnl_f32, apart),
                          "onednn_device: a plain layout");
  return made;
}
layout plain_layout(const shape& extents) {
  shape strides = extents;
  index_t stride = 1;
  for (int axis = extents.rank(); axis-- > 0; stride *= extents[axis]) strides[axis] = stride;
  return strided_layout(extents, strides);
}
bool has_extents(const layout& of, const shape& extents) {
  if (of.data.ndims != extents.rank()) return false;
  for (int axis = 0; axis < extents.rank(); ++axis)
    if (of.data.dims[axis] != extents[axis]) return false;
  return true;
}

layout with_images(const layout& of, index_t images) {
  const dnnl_blocking_desc_t& blocking = blocking_of(of);
  bool outermost = of.data.padded_dims[0] == of.data.dims[0];
  for (int axis = 1; axis < of.data.ndims; ++axis)
    outermost = outermost && (of.data.dims[axis] == 1 || blocking.strides[axis] <= blocking.strides[0]);
  for (int level = 0; level < blocking.inner_nblks; ++level) outermost = outermost && blocking.inner_idxs[level] != 0;
  if (!outermost) throw std::logic_error("onednn_device: images do not lie one behind the other");
  layout same = of;
  same.data.dims[0] = same.data.padded_dims[0] = images;
  return same;
}
std::size_t image_bytes(const layout& of) { return with_images(of, 1).get_size(); }

activation_extents loop_extents(const layout& of) {
  const dnnl_memory_desc_t& d = of.data;
  const dnnl_blocking_desc_t& blocking = blocking_of(of);
  const auto size = [](dnnl_dim_t extent) { return static_cast<std::size_t>(extent); };
  activation_extents found{.images = size(d.dims[0]), .pixels = size(d.dims[2]) * size(d.dims[3])};
  const bool blocked = blocking.inner_nblks == 1 && blocking.inner_idxs[0] == 1;
  if (blocked) {
    found.lanes = size(blocking.inner_blks[0]);
    found.blocks = size(d.padded_dims[1]) / found.lanes;
  } else if (blocking.inner_nblks == 0 && (found.pixels == 1 || blocking.strides[1] == 1)) {
    found.lanes = size(d.padded_dims[1]), found.blocks = 1;
  } else if (blocking.inner_nblks == 0) {
    found.lanes = 1, found.blocks = size(d.padded_dims[1]);
  } else {
    throw std::logic_error("onednn_device: a layout of activations that its loops do not know");
  }
  return found;
}

kernel_key& kernel_key::with(const layout& desc) {
  const dnnl_memory_desc_t& d = desc.data;
  with(d.ndims).with(d.data_type).with(d.format_kind);
  for (int axis = 0; axis < d.ndims; ++axis) with(d.dims[axis]).with(d.padded_dims[axis]);
  if (d.format_kind != dnnl_blocked) return *this;
  const dnnl_blocking_desc_t& blocking = d.format_desc.blocking;
  for (int axis = 0; axis < d.ndims; ++axis) with(blocking.strides[axis]);
  for (int level = 0; level < blocking.inner_nblks; ++level)
    with(blocking.inner_blks[level]).with(blocking.inner_idxs[level]);
  return *this;
}

void kernel_key::append(const char* bytes, std::size_t count) {
  if (count > sizeof text_ - size_) throw std::logic_error("onednn_device: the key of a kernel is too long");
  std::copy_n(bytes, count, text_ + size_);
  size_ += count;
}

batch_slices::batch_slices(index_t of_images) : images(of_images), count(std::clamp<index_t>(of_images / 16, 1, 16)) {}

}  // namespace devices
}  // namespace mixcon_train
