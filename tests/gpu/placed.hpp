// SPDX-License-Identifier: BSD-3-Clause
// Copies to device memory: of tensors, and of whatever else refers to memory of the host (rules, logits, statistics).
// Comes after emulated.hpp or device.cuh, which say what device memory is.
#pragma once

#include <mixcon/core/pack.hpp>
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

/// The same rule, logits or statistic with every view of host memory replaced by a view of a copy on the device. It
/// knows their members by name: a kind with a view of another name needs a line here.
template <class Held>
Held placed(Held held, device_memory& memory) {
  auto move = [&](auto& view) { view = placed_view(view, memory); };
  if constexpr (requires { held.anchor_class; })  // label_targets, view_targets
    move(held.anchor_class), move(held.candidate_class), move(held.share);
  if constexpr (requires { held.mask; }) move(held.mask), move(held.mass);               // mask_targets
  if constexpr (requires { held.target.data(); }) move(held.target), move(held.weight);  // matrix_targets
  if constexpr (requires { held.lambda; })                                               // mixed_targets
    held.base = placed(held.base, memory), move(held.lambda), move(held.partner);
  if constexpr (requires { held.mine; })  // own_targets, queue_targets
    held.mine = placed(held.mine, memory), held.shared = placed(held.shared, memory);
  if constexpr (requires { held.rules; })  // segments
    mixcon::for_each_position<Held::count>([&](auto position) {
      constexpr int k = decltype(position)::value;
      get<k>(held.rules) = placed(get<k>(held.rules), memory);
    });
  if constexpr (requires { held.bias.data(); }) move(held.bias);    // candidate_bias, pair_logits
  if constexpr (requires { held.scale.data(); }) move(held.scale);  // pair_logits
  if constexpr (requires { held.numbers; }) move(held.numbers);     // given
  return held;
}
template <class... S>
mixcon::pack<S...> placed(mixcon::pack<S...> statistics, device_memory& memory) {
  mixcon::for_each_position<static_cast<int>(sizeof...(S))>([&](auto position) {
    constexpr int k = decltype(position)::value;
    get<k>(statistics) = placed(get<k>(statistics), memory);
  });
  return statistics;
}

}  // namespace mixcon_test
