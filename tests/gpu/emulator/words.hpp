// SPDX-License-Identifier: BSD-3-Clause
// CUDA's own words, as kernels write them, on the emulated machine. What nvcc makes visible without an #include (min,
// max, the functions of <cmath>) is visible here too.
#pragma once

#include "gpu/emulator/machine.hpp"

#include <cmath>
#include <string>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)

using std::max;
using std::min;

inline void __syncthreads(mixcon::gpu::emulated::place where = mixcon::gpu::emulated::place::here()) {
  mixcon::gpu::emulated::machine::get().wait_at_barrier(0, blockDim.x * blockDim.y * blockDim.z, "__syncthreads",
                                                        where);
}
inline void __syncwarp(unsigned mask = ~0U, mixcon::gpu::emulated::place where = mixcon::gpu::emulated::place::here()) {
  mixcon::gpu::emulated::machine::get().wait_for_warp(mask, where);
}

namespace mixcon::gpu::emulated {

/// Every lane takes the value of the lane that it names; both must be in the mask.
template <class T>
T exchange(std::uint32_t mask, const char* what, const T& value, unsigned source, const place& where) {
  struct offer {
    const T* value;
    unsigned source;
  };
  const offer mine{&value, source};
  T taken = value;
  machine::get().meet(mask, what, &mine, &taken, where, [=](const meeting& now) {
    for (unsigned lane = 0; lane < warp_size; ++lane) {
      if (!now.has(lane)) continue;
      const unsigned from = now.from<offer>(lane).source;
      if (!now.has(from))
        machine::fail(std::string(what) + ": lane " + std::to_string(lane) + " takes from lane " +
                          std::to_string(from) + ", which does not take part",
                      where);
      now.to<T>(lane) = *now.from<offer>(from).value;
    }
  });
  return taken;
}

/// The lanes in the mask whose predicate holds.
inline unsigned ballot(std::uint32_t mask, const char* what, bool holds, const place& where) {
  unsigned votes = 0;
  machine::get().meet(mask, what, &holds, &votes, where, [](const meeting& now) {
    unsigned all = 0;
    for (unsigned lane = 0; lane < warp_size; ++lane)
      if (now.has(lane) && now.from<bool>(lane)) all |= 1U << lane;
    for (unsigned lane = 0; lane < warp_size; ++lane)
      if (now.has(lane)) now.to<unsigned>(lane) = all;
  });
  return votes;
}

}  // namespace mixcon::gpu::emulated

// Lanes are taken within groups of `width`, a power of two; a lane that would leave its group keeps its own value.
template <class T>
T __shfl_sync(unsigned mask, T value, int lane, int width = 32,
              mixcon::gpu::emulated::place where = mixcon::gpu::emulated::place::here()) {
  const unsigned self = mixcon::gpu::emulated::machine::get().lane(), group = static_cast<unsigned>(width);
  return mixcon::gpu::emulated::exchange(mask, "__shfl_sync", value,
                                         self / group * group + static_cast<unsigned>(lane) % group, where);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32,
                  mixcon::gpu::emulated::place where = mixcon::gpu::emulated::place::here()) {
  const unsigned self = mixcon::gpu::emulated::machine::get().lane(), group = static_cast<unsigned>(width);
  const unsigned other = self ^ static_cast<unsigned>(bits);
  return mixcon::gpu::emulated::exchange(mask, "__shfl_xor_sync", value, other / group == self / group ? other : self,
                                         where);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32,
                   mixcon::gpu::emulated::place where = mixcon::gpu::emulated::place::here()) {
  const unsigned self = mixcon::gpu::emulated::machine::get().lane(), group = static_cast<unsigned>(width);
  return mixcon::gpu::emulated::exchange(mask, "__shfl_down_sync", value, self % group + by < group ? self + by : self,
                                         where);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned by, int width = 32,
                 mixcon::gpu::emulated::place where = mixcon::gpu::emulated::place::here()) {
  const unsigned self = mixcon::gpu::emulated::machine::get().lane(), group = static_cast<unsigned>(width);
  return mixcon::gpu::emulated::exchange(mask, "__shfl_up_sync", value, self % group >= by ? self - by : self, where);
}
inline unsigned __ballot_sync(unsigned mask, bool holds,
                              mixcon::gpu::emulated::place where = mixcon::gpu::emulated::place::here()) {
  return mixcon::gpu::emulated::ballot(mask, "__ballot_sync", holds, where);
}
inline bool __any_sync(unsigned mask, bool holds,
                       mixcon::gpu::emulated::place where = mixcon::gpu::emulated::place::here()) {
  return mixcon::gpu::emulated::ballot(mask, "__any_sync", holds, where) != 0;
}
inline bool __all_sync(unsigned mask, bool holds,
                       mixcon::gpu::emulated::place where = mixcon::gpu::emulated::place::here()) {
  return mixcon::gpu::emulated::ballot(mask, "__all_sync", !holds, where) == 0;
}

inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
inline int __ffs(int bits) { return __builtin_ffs(bits); }
inline int __clz(int bits) { return bits == 0 ? 32 : __builtin_clz(static_cast<unsigned>(bits)); }

// One fiber runs at a time, so a plain addition is atomic; the attribute keeps the race detector from reporting it.
#define MIXCON_EMULATOR_ATOMIC __attribute__((no_sanitize("thread"), noinline))
template <class T>
MIXCON_EMULATOR_ATOMIC T atomicAdd(T* at, T by) {
  static_assert(std::is_integral_v<T>, "mixcon: no kernel adds floating-point numbers in a changing order");
  const T before = *at;
  *at = static_cast<T>(before + by);
  return before;
}
template <class T>
MIXCON_EMULATOR_ATOMIC T atomicMin(T* at, T other) {
  const T before = *at;
  *at = other < before ? other : before;
  return before;
}
template <class T>
MIXCON_EMULATOR_ATOMIC T atomicMax(T* at, T other) {
  const T before = *at;
  *at = other > before ? other : before;
  return before;
}
template <class T>
MIXCON_EMULATOR_ATOMIC T atomicOr(T* at, T bits) {
  const T before = *at;
  *at = static_cast<T>(before | bits);
  return before;
}
