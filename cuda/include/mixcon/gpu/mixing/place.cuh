// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where an entry of a sample is, in which order threads take entries, and the numbers that entries are mixed as.

#include <mixcon/gpu/warp.cuh>

#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>

namespace mixcon::gpu {

/// A place within a sample: channel, row, column.
struct place {
  int channel = 0, row = 0, column = 0;
};

/// A batch of rank 1 to 4 as (N, C, H, W): its last axes are the last ones, or with `ChannelsFirst` its second axis is
/// the channels; axes that it lacks have extent 1.
template <bool ChannelsFirst, class T, int Rank>
tensor_view<T, 4> as_images(const tensor_view<T, Rank>& batch) {
  axes<4> extents{1, 1, 1, 1}, strides{0, 0, 0, 0};
  for (int axis = 0; axis < Rank; ++axis) {
    const int to = axis == 0 ? 0 : ChannelsFirst && axis == 1 ? 1 : 4 - Rank + axis;
    extents[to] = batch.extent(axis), strides[to] = batch.stride(axis);
  }
  return {batch.data(), extents, strides};
}
template <class T>
MIXCON_HD T* entry_of(const tensor_view<T, 4>& batch, index_t sample, const place& at) {
  return batch.data() + sample * batch.stride(0) + at.channel * batch.stride(1) + at.row * batch.stride(2) +
         at.column * batch.stride(3);
}

/// The order in which threads take the places of a sample: along the memory that is written, `width` places of the
/// innermost axis each.
struct walk {
  int extent[3] = {1, 1, 1};  // by loop, outermost first; of the innermost one, how many packs
  int axis[3] = {0, 1, 2};    // of each loop: 0 channel, 1 row, 2 column
  int width = 1, count = 0;   // places of a thread; threads of a sample

  MIXCON_HD place first_of(int thread) const {
    const int inner = thread % extent[2] * width, rest = thread / extent[2];
    const int middle = rest % extent[1], outer = rest / extent[1];
    const auto along = [&](int which) { return axis[0] == which ? outer : axis[1] == which ? middle : inner; };
    return {along(0), along(1), along(2)};
  }
  /// The place that many steps further along the innermost axis.
  MIXCON_HD place next(const place& at, int steps) const {
    return {at.channel + (axis[2] == 0 ? steps : 0), at.row + (axis[2] == 1 ? steps : 0),
            at.column + (axis[2] == 2 ? steps : 0)};
  }
};

/// The walk over a batch that is written, one place a thread.
template <class T>
walk walk_along(const tensor_view<T, 4>& written) {
  walk by;
  const auto comes_before = [&](int a, int b) {  // axes that need no loop come first, then by the length of a step
    const auto step = [&](int axis) {
      const index_t stride = written.stride(axis + 1);
      return written.extent(axis + 1) == 1 ? INT64_MAX : stride < 0 ? -stride : stride;
    };
    return step(a) > step(b);
  };
  for (int round = 0; round < 2; ++round)
    for (int k = 0; k < 2; ++k)
      if (comes_before(by.axis[k + 1], by.axis[k])) {
        const int held = by.axis[k];
        by.axis[k] = by.axis[k + 1], by.axis[k + 1] = held;
      }
  by.count = 1;
  for (int k = 0; k < 3; ++k) by.extent[k] = static_cast<int>(written.extent(by.axis[k] + 1)), by.count *= by.extent[k];
  return by;
}
/// Whether threads may take `width` places at once, 16 bytes, of all these batches.
template <class... T>
bool fits_packs(const walk& by, int width, const tensor_view<T, 4>&... batches) {
  const int inner = by.axis[2] + 1;
  const auto fits = [&](const auto& batch) {
    bool all = batch.stride(inner) == 1 && reinterpret_cast<std::uintptr_t>(batch.data()) % 16 == 0;
    for (int axis = 0; axis < 4; ++axis)
      all = all && (axis == inner || batch.extent(axis) == 1 || batch.stride(axis) % width == 0);
    return all;
  };
  return by.extent[2] % width == 0 && (... && fits(batches));
}
inline walk in_packs(walk by, int width) {
  by.width = width, by.extent[2] /= width, by.count /= width;
  return by;
}

// ---- numbers: as the host mixes them

using mixcon::detail::mixing_number;

template <class T>
MIXCON_HD mixing_number<T> number_of(const T& value) {
  return static_cast<mixing_number<T>>(value);
}
/// Rounded once, to nearest with ties to even.
template <class T>
MIXCON_HD T rounded_to(mixing_number<T> value) {
  if constexpr (mixcon::detail::SmallInteger<T>) {
    const float beside = value + 0x1.8p23F;  // has no room for a fraction; its last bits are the integer
    std::int32_t bits = 0;
    std::memcpy(&bits, &beside, sizeof bits);
    return static_cast<T>(bits - 0x4B400000);
  } else {
    return static_cast<T>(value);
  }
}
/// a * b, rounded before anything is added, as on the host.
template <class N>
MIXCON_HD N product_of(N a, N b) {
#if defined(__CUDA_ARCH__)
  if constexpr (std::is_same_v<N, float>)
    return __fmul_rn(a, b);
  else
    return __dmul_rn(a, b);
#else
  return a * b;
#endif
}
/// sum += share * value; a share of 0 adds nothing, whatever the value is.
template <class T>
MIXCON_HD void add_share(T& sum, mixing_number<T> share, const T& value) {
  if (share != 0) sum = rounded_to<T>(number_of(sum) + product_of(share, number_of(value)));
}

/// The shares of the own sample and of the partner in an entry.
template <class N>
struct two_shares {
  N own, partner;
};
/// An entry between two; where one has all, its copy.
template <class T>
MIXCON_HD T between(const two_shares<mixing_number<T>>& by, const T& own, const T& partner) {
  if (by.own == 1 && by.partner == 0) return own;
  if (by.own == 0 && by.partner == 1) return partner;
  return rounded_to<T>(product_of(by.own, number_of(own)) + product_of(by.partner, number_of(partner)));
}

/// `Width` neighbours in memory: 16 bytes at once, or one.
template <int Width, class T>
__device__ __forceinline__ void load_pack(T (&to)[static_cast<unsigned>(Width)], const T* from) {
  if constexpr (Width == 1) {
    to[0] = *from;
  } else {
    static_assert(sizeof(to) == 16);
    const sixteen_bytes bytes = load_16(from);
    std::memcpy(static_cast<void*>(to), &bytes, 16);
  }
}
template <int Width, class T>
__device__ __forceinline__ void store_pack(T* to, const T (&from)[static_cast<unsigned>(Width)]) {
  if constexpr (Width == 1) {
    *to = from[0];
  } else {
    sixteen_bytes bytes;
    std::memcpy(&bytes, static_cast<const void*>(from), 16);
    store_16(to, bytes);
  }
}

}  // namespace mixcon::gpu
