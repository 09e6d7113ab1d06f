// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Walks over samples of any strides at the speed of contiguous ones.

#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/memory/streaming.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

// How `blend` walks over samples of any strides at the speed of contiguous ones: equally shaped blocks are visited in
// runs, as long as the strides allow, in the memory order of the last block (the one that is written).

/// Sample i of a batch: its inner axes, or one element when the batch has no other axis.
template <class T, int Rank>
tensor_view<T, (Rank > 1 ? Rank - 1 : 1)> sample_of(const tensor_view<T, Rank>& batch, index_t sample) {
  constexpr int inner = Rank > 1 ? Rank - 1 : 1;
  axes<inner> extents{}, strides{};
  extents[0] = strides[0] = 1;
  for (int axis = 1; axis < Rank; ++axis)
    extents[axis - 1] = batch.extent(axis), strides[axis - 1] = batch.stride(axis);
  return {batch.data() + sample * batch.stride(0), extents, strides};
}

/// The part [begin, end) along one axis, counted from the last axis (0).
template <class T, int Rank>
tensor_view<T, Rank> part_of(const tensor_view<T, Rank>& block, int axis_from_last, index_t begin, index_t end) {
  const int axis = Rank - 1 - axis_from_last;
  axes<Rank> extents = block.extents();
  extents[axis] = end - begin;
  return {block.data() + begin * block.stride(axis), extents, block.strides()};
}

/// Calls f(plane...) for each channel of images (C, H, W), or once for an image (H, W).
template <class F, class... T, int Rank>
void for_each_plane(F&& f, const tensor_view<T, Rank>&... images) {
  if constexpr (Rank == 2) {
    f(images...);
  } else {
    const index_t channels[] = {images.extent(0)...};
    for (index_t c = 0; c < channels[0]; ++c) f(sample_of(images, c)...);
  }
}

/// A run of elements at one distance.
template <class T>
struct run {
  T* data;
  index_t step;
};

/// Nested loops over `Blocks` blocks of the same extents, outermost first: in the memory order of the last block, with
/// axes that follow each other without a gap in every block made one.
template <int Rank, int Blocks>
struct loops {
  axes<Rank> extent{};
  axes<Blocks> step[static_cast<std::size_t>(Rank)];  // of each block, by loop
  int depth = 0;

  loops(const axes<Rank>& extents, const axes<Rank> (&strides)[static_cast<std::size_t>(Blocks)]) {
    const auto distance = [&](int axis) {
      const index_t stride = strides[Blocks - 1][axis];
      return stride < 0 ? -stride : stride;
    };
    unsigned taken = 0;
    for (int place = 0; place < Rank; ++place) {
      int next = -1;  // the widest axis that is left; one of extent 1 needs no loop
      for (int axis = 0; axis < Rank; ++axis)
        if ((taken >> axis & 1u) == 0 && extents[axis] != 1 && (next < 0 || distance(axis) > distance(next)))
          next = axis;
      if (next < 0) break;
      taken |= 1u << next;
      add(next, extents, strides);
    }
    if (depth == 0) {  // one element
      depth = 1;
      extent[0] = 1;
      for (int block = 0; block < Blocks; ++block) step[0][block] = 1;
    }
  }

 private:
  void add(int axis, const axes<Rank>& extents, const axes<Rank> (&strides)[static_cast<std::size_t>(Blocks)]) {
    bool joins = depth > 0;
    for (int block = 0; block < Blocks && joins; ++block)
      joins = step[depth - 1][block] == strides[block][axis] * extents[axis];
    if (!joins) extent[depth++] = 1;
    extent[depth - 1] *= extents[axis];
    for (int block = 0; block < Blocks; ++block) step[depth - 1][block] = strides[block][axis];
  }
};

/// Calls visit(length, run...) until every element of the blocks was seen once. The blocks have the same extents.
template <class Visit, int Rank, class... T>
void for_each_run(Visit&& visit, const tensor_view<T, Rank>&... blocks) {
  constexpr int count = sizeof...(T);
  const axes<Rank> extents[] = {blocks.extents()...};
  const axes<Rank> strides[] = {blocks.strides()...};
  for (int axis = 0; axis < Rank; ++axis)
    if (extents[0][axis] == 0) return;
  const loops<Rank, count> nest(extents[0], strides);
  const int innermost = nest.depth - 1;
  axes<Rank> at{};
  axes<count> offset{};
  for (;;) {
    [&]<int... Block>(std::integer_sequence<int, Block...>) {
      visit(nest.extent[innermost], run<T>{blocks.data() + offset[Block], nest.step[innermost][Block]}...);
    }(std::make_integer_sequence<int, count>{});
    int loop = innermost - 1;
    for (; loop >= 0; --loop) {
      const bool wraps = ++at[loop] == nest.extent[loop];
      for (int block = 0; block < count; ++block)
        offset[block] += wraps ? nest.step[loop][block] * (1 - nest.extent[loop]) : nest.step[loop][block];
      if (!wraps) break;
      at[loop] = 0;
    }
    if (loop < 0) return;
  }
}

/// Whether blocks of the same extents are one run each, in the same order: element k of one belongs to element k of
/// all.
template <int Rank, class... T>
bool is_one_run(const tensor_view<T, Rank>&... blocks) {
  constexpr int count = sizeof...(T);
  const axes<Rank> extents[] = {blocks.extents()...};
  const axes<Rank> strides[] = {blocks.strides()...};
  for (int axis = 0; axis < Rank; ++axis)
    if (extents[0][axis] == 0) return false;
  const loops<Rank, count> nest(extents[0], strides);
  bool one = nest.depth == 1;
  for (int block = 0; block < count; ++block) one = one && nest.step[0][block] == 1;
  return one;
}

/// Calls f(element&...) along runs of one length: the unit step apart, so that the compiler vectorises it.
template <class F, class... T>
void for_each_element(index_t length, F&& f, run<T>... runs) {
  const bool together = (... && (runs.step == 1));
  if (together) {
    for (index_t k = 0; k < length; ++k) f(runs.data[k]...);
  } else {
    for (index_t k = 0; k < length; ++k) f(runs.data[k * runs.step]...);
  }
}

/// Copies without computing: whatever the bits are, they arrive. `streamed`: past the caches.
template <class T, int Rank>
void copy_block(const tensor_view<const T, Rank>& from, const tensor_view<T, Rank>& to, bool streamed = false) {
  for_each_run(
      [streamed](index_t length, run<const T> source, run<T> target) {
        if constexpr (std::is_trivially_copyable_v<T>) {
          if (source.step == 1 && target.step == 1) {
            const std::size_t bytes = static_cast<std::size_t>(length) * sizeof(T);
            if (!streamed || bytes < 4096) {
              __builtin_memcpy(target.data, source.data, bytes);
            } else {
              stream_bytes(target.data, source.data, bytes);
              end_stream();
            }
            return;
          }
        }
        for_each_element(
            length, [](const T& a, T& b) { b = a; }, source, target);
      },
      from, to);
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
