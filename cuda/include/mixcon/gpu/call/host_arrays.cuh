// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// One upload of all arrays of the host that a call refers to: those of its targets, logits, statistics and weights.

#include <mixcon/gpu/memory.cuh>

#include <mixcon/contrast/each_view.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/core/workspace.hpp>

namespace mixcon::gpu {

/// Puts views of the host's memory in their places in one device buffer. Asked twice, in the same order: first without
/// a buffer, to know how many bytes it takes, then with one. Views that lie on the device already stay as they are.
class host_arrays {
 public:
  /// `device` null: only counts.
  host_arrays(void* device, mixcon::workspace* memory) : device_(static_cast<std::byte*>(device)), copy_(memory) {}

  /// The view of the copy on the device: the same extents and strides.
  template <class E, int Rank>
  tensor_view<E, Rank> operator()(const tensor_view<E, Rank>& view) {
    if (!view || view.empty() || lies_on_device(view.data())) return view;
    const auto range = mixcon::detail::addresses(view);
    const auto size = static_cast<std::size_t>(range.end - range.first);
    const std::size_t at = (bytes_ + alignment - 1) / alignment * alignment;
    bytes_ = at + size;
    if (device_ == nullptr) return view;
    copy_.resize(bytes_);
    std::memcpy(copy_.data() + at, reinterpret_cast<const void*>(range.first), size);
    const auto within = reinterpret_cast<std::intptr_t>(view.data()) - range.first;
    return {reinterpret_cast<E*>(device_ + at + within), view.extents(), view.strides()};
  }
  template <class Held>
  Held placed(const Held& held) {
    return mixcon::with_views(held, *this);
  }
  std::size_t bytes() const { return bytes_; }
  /// The copy. Where the host's memory is pageable, the runtime has taken the bytes when this returns.
  status enqueue(stream_handle on) const { return copy_to_device(device_, copy_.data(), copy_.size(), on); }

 private:
  static constexpr std::size_t alignment = 256;
  std::byte* device_;
  scratch<unsigned char> copy_;
  std::size_t bytes_ = 0;
};

}  // namespace mixcon::gpu
