// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The arrays of a plan: gathered on the host, uploaded at once, and what kernels are told of them.

#include <mixcon/gpu/call/host_arrays.cuh>
#include <mixcon/gpu/mixing/entries.cuh>

#include <mixcon/mix/draw/partners.hpp>
#include <mixcon/mix/plan.hpp>

namespace mixcon::gpu {

template <class Kind>
inline constexpr bool has_channels_first = requires { requires Kind::channels_first; };
template <class Region, class T, int Rank>
tensor_view<T, 4> as_images_of(const tensor_view<T, Rank>& batch) {
  return as_images<has_channels_first<device_kind<Region>>>(batch);
}

/// What kernels are told of a plan; its views lie on the host or, after `host_arrays::placed`, on the device.
template <class Region>
struct plan_parts {
  device_kind<Region> kind;
  partner_lists lists;
  consumer_list consumers;  // empty where only `blend` is meant
  template <class F>
  void each_view(F&& f) {
    kind.each_view(f);
    f(lists.partner), f(consumers.start), f(consumers.samples);
  }
};

/// A plan's arrays on the host, as kernels take them. Owns what the plan does not hold so; the plan must outlive it.
template <class Region>
class plan_arrays {
 public:
  /// `extents` of the batch as (N, C, H, W); `candidates` samples may be partners, or 0 for a call that mixes.
  plan_arrays(const mix_plan<Region>& plan, const axes<4>& extents, index_t candidates)
      : parts_{device_kind<Region>(plan, extents, kept_), {}, {}} {
    parts_.lists.samples = plan.samples(), parts_.lists.lists = mixcon::detail::partner_lists(plan);
    for (index_t a = 1; a <= parts_.lists.lists; ++a) {
      const std::vector<index_t>& list = mixcon::detail::partner_list(plan, a);
      partner_.insert(partner_.end(), list.begin(), list.end());
      if (candidates > 0) add_consumers(list, candidates);
    }
    parts_.lists.partner = mixcon::view(partner_);
    if (candidates > 0) parts_.consumers = {mixcon::view(start_), mixcon::view(samples_)};
  }
  plan_arrays(const plan_arrays&) = delete;
  plan_arrays& operator=(const plan_arrays&) = delete;

  const plan_parts<Region>& parts() const { return parts_; }
  std::size_t bytes() const {
    host_arrays arrays(nullptr, nullptr);
    static_cast<void>(arrays.placed(parts_));
    return arrays.bytes();
  }
  /// Enqueues the upload; the parts as they will lie there.
  status upload(void* device, stream_handle on, plan_parts<Region>& placed) const {
    host_arrays arrays(device, nullptr);
    placed = arrays.placed(parts_);
    return arrays.enqueue(on);
  }

 private:
  void add_consumers(const std::vector<index_t>& list, index_t candidates) {
    mixcon::detail::mixed_with who(candidates);
    who.add(list);
    if (start_.empty()) start_.push_back(0);
    for (index_t j = 0; j < candidates; ++j) {
      samples_.insert(samples_.end(), who.of(0, j).begin(), who.of(0, j).end());
      start_.push_back(static_cast<index_t>(samples_.size()));
    }
  }

  std::vector<index_t> partner_, start_, samples_;
  std::vector<double> kept_;
  plan_parts<Region> parts_;
};

}  // namespace mixcon::gpu
