// SPDX-License-Identifier: BSD-3-Clause
// Batches of the host with a copy in emulated device memory, and mixing on both. Comes after gpu/emulator/emulator.hpp.
#pragma once

#include "mix/batches.hpp"

#include <mixcon/gpu/mixing/blend.cuh>

#include <cstring>
#include <string>

namespace mixcon_test {

/// A batch on the device of the same extents and strides as one of the host.
template <class T, int Rank>
class placed_batch {
 public:
  explicit placed_batch(const batch<T, Rank>& host) : memory_(host.storage.size() * sizeof(T)) {
    std::memcpy(memory_.data(), host.storage.data(), memory_.bytes());
    if (!host.of) return;
    of = gpu::device_tensor<T, Rank>(static_cast<T*>(memory_.data()) + (host.of.data() - host.storage.data()),
                                     host.of.extents(), host.of.strides());
  }
  /// Whether all its memory has the bits of a host batch's, gaps too.
  bool equals(const batch<T, Rank>& host) const {
    return std::memcmp(memory_.data(), host.storage.data(), memory_.bytes()) == 0;
  }
  T* start() const { return static_cast<T*>(memory_.data()); }
  gpu::device_tensor<T, Rank> of;

 private:
  gpu::device_memory memory_;
};

/// A stream with a workspace that fits a call.
class mixing_stream {
 public:
  template <class... Call>
  explicit mixing_stream(const Call&... call) : memory_(gpu::workspace_bytes(gpu::stream{}, call...)) {
    on_.workspace = memory_.data(), on_.workspace_bytes = memory_.bytes();
  }
  const gpu::stream& on() const { return on_; }

 private:
  gpu::device_memory memory_;
  gpu::stream on_;
};

/// Mixes a batch and pulls a gradient back through it, on the host and on the device, in one batch and with partners
/// from another; what differs, in words: not a bit may.
template <class T, int Rank, class Region>
std::string difference(const mix_plan<Region>& plan, const axes<Rank>& extents, layout as, std::uint64_t seed = 11) {
  const auto host_x = random_batch<T>(extents, seed, as), host_other = random_batch<T>(extents, seed + 1, as);
  auto host_y = random_batch<T>(extents, seed + 2, as);
  const placed_batch<T, Rank> x(host_x), other(host_other), y(host_y);
  const mixing_stream stream(plan, x.of, other.of, y.of);
  std::string text;
  blend(plan, host_x.of, host_y.of);
  blend(stream.on(), plan, x.of, y.of);
  if (!y.equals(host_y)) text += "blend; ";
  blend(plan, host_x.of, host_other.of, host_y.of);
  blend(stream.on(), plan, x.of, other.of, y.of);
  if (!y.equals(host_y)) text += "blend with another batch; ";
  if constexpr (Storable<T>) {
    auto host_g = random_batch<T>(extents, seed + 3, as), host_p = random_batch<T>(extents, seed + 4, as);
    const placed_batch<T, Rank> g(host_g), p(host_p);
    unblend(plan, host_x.of, host_g.of);
    unblend(stream.on(), plan, x.of, g.of);
    if (!g.equals(host_g)) text += "unblend; ";
    unblend(plan, host_x.of, host_g.of, host_p.of);
    unblend(stream.on(), plan, x.of, g.of, p.of);
    if (!g.equals(host_g) || !p.equals(host_p)) text += "unblend of two batches; ";
  }
  return text;
}

}  // namespace mixcon_test
