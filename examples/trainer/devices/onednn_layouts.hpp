// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How tensors lie in oneDNN's memory, and what tells its kernels apart.

#include "devices/activation_loops.hpp"
#include "devices/tensor.hpp"

#include <cstdint>
#include <string_view>

#include <oneapi/dnnl/dnnl.hpp>

namespace mixcon_train {
inline namespace devices {

using layout = dnnl::memory::desc;

dnnl::memory::dims dims_of(const shape& extents);
/// Floats, so far apart along each axis.
layout strided_layout(const shape& extents, const shape& strides);
/// Row-major floats.
layout plain_layout(const shape& extents);
/// Whether it is one of tensors of this shape.
bool has_extents(const layout& of, const shape& extents);

/// The same layout of another number of images, which lie one behind the other in both. The first axis must not be
/// blocked, and be the outermost: std::logic_error.
layout with_images(const layout& of, index_t images);
/// Bytes from one image to the next.
std::size_t image_bytes(const layout& of);
/// A layout as loops over activations see it.
activation_extents loop_extents(const layout& of);

/// What tells one kernel from another: its kind, layouts and numbers.
class kernel_key {
 public:
  explicit kernel_key(std::string_view kind) { append(kind.data(), kind.size()); }
  kernel_key& with(std::int64_t number) {
    append(reinterpret_cast<const char*>(&number), sizeof number);
    return *this;
  }
  kernel_key& with(const layout& desc);
  std::string_view text() const { return {text_, size_}; }

 private:
  void append(const char* bytes, std::size_t count);

  char text_[1024] = {};  // rather than a string: keys are made hundreds of times in a step
  std::size_t size_ = 0;
};

/// A batch is cut into slices by its size alone, so that results do not depend on threads: slice s holds the images
/// [first(s), first(s + 1)). A slice is a thread's work from one meeting of threads to the next.
struct batch_slices {
  index_t images = 0, count = 0;

  explicit batch_slices(index_t of_images);
  index_t first(index_t slice) const { return slice * images / count; }
  index_t size(index_t slice) const { return first(slice + 1) - first(slice); }
};

}  // namespace devices
}  // namespace mixcon_train
