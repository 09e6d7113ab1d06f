// SPDX-License-Identifier: BSD-3-Clause
// Copies to device memory: of tensors, and of whatever else refers to memory of the host (rules, logits, statistics).
// Comes after emulated.hpp or device.cuh, which say what device memory is.
#pragma once

#include <mixcon/contrast/each_view.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <type_traits>
#include <vector>

namespace mixcon_test {

using mixcon::index_t;

template <class T>
T* allocated(device_memory& memory, index_t count) {
  return static_cast<T*>(memory.allocate(static_cast<std::size_t>(count) * sizeof(T)));
}
template <class T>
std::vector<T> fetched(const T* device, index_t count) {
  std::vector<T> host(static_cast<std::size_t>(count));
  device_memory::copy_out(host.data(), device, host.size() * sizeof(T));
  return host;
}
/// A view of a copy in device memory; `host` has no gaps.
template <class T, int Rank>
mixcon::tensor_view<const T, Rank> placed_view(const mixcon::tensor_view<const T, Rank>& host, device_memory& memory) {
  if (!host || host.empty()) return mixcon::tensor_view<const T, Rank>(nullptr, host.extents());
  MIXCON_REQUIRE(host.contiguous(), "placed_view: the view has gaps; expected one that is contiguous");
  T* copy = allocated<T>(memory, host.size());
  device_memory::copy_in(copy, host.data(), static_cast<std::size_t>(host.size()) * sizeof(T));
  return {copy, host.extents()};
}

/// The same rule, logits, statistic or pack of these with every view of host memory replaced by a view of a copy on the
/// device.
template <class Held>
Held placed(const Held& held, device_memory& memory) {
  return mixcon::with_views(held, [&](const auto& view) { return placed_view(view, memory); });
}

}  // namespace mixcon_test
