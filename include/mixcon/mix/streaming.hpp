// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <cstddef>
#include <cstdint>

namespace mixcon::detail {

// A batch that exceeds the caches is written past them: its lines are then not read before they are written, which
// saves a third of the traffic of a copy. What is computed is put together in a piece that stays in the nearest cache.

inline constexpr std::size_t streamed_from = std::size_t{16} << 20;  // bytes of a batch

/// Whether a batch of that size is written past the caches.
template <class T, int Rank>
bool is_streamed(const tensor_view<T, Rank>& batch) {
  return static_cast<std::size_t>(batch.size()) * sizeof(T) >= streamed_from;
}

/// Copies bytes past the caches, where the processor has an instruction for it.
inline void stream_bytes(void* to, const void* from, std::size_t bytes) {
#if defined(__SSE2__)
  using packet = long long __attribute__((vector_size(16)));
  auto* target = static_cast<unsigned char*>(to);
  const auto* source = static_cast<const unsigned char*>(from);
  const std::size_t past = reinterpret_cast<std::uintptr_t>(target) % sizeof(packet);
  std::size_t head = past == 0 ? 0 : sizeof(packet) - past;
  if (head > bytes) head = bytes;
  __builtin_memcpy(target, source, head);
  std::size_t at = head;
  for (; at + sizeof(packet) <= bytes; at += sizeof(packet)) {
    packet value;
    __builtin_memcpy(&value, source + at, sizeof value);
#if defined(__clang__)
    __builtin_nontemporal_store(value, reinterpret_cast<packet*>(target + at));
#else
    __builtin_ia32_movntdq(reinterpret_cast<packet*>(target + at), value);
#endif
  }
  __builtin_memcpy(target + at, source + at, bytes - at);
#else
  __builtin_memcpy(to, from, bytes);
#endif
}

/// Makes what was streamed visible to whoever is told that it is done.
inline void end_stream() {
#if defined(__SSE2__)
  __builtin_ia32_sfence();
#endif
}

/// Writes to[0 .. length) past the caches: fill(piece, begin, count) computes to[begin .. begin + count).
template <class T, class Fill>
void stream_run(T* to, index_t length, Fill&& fill) {
  constexpr index_t most = static_cast<index_t>(8192 / sizeof(T));
  alignas(64) T piece[static_cast<std::size_t>(most)];
  for (index_t begin = 0; begin < length; begin += most) {
    const index_t count = length - begin < most ? length - begin : most;
    fill(piece, begin, count);
    stream_bytes(to + begin, piece, static_cast<std::size_t>(count) * sizeof(T));
  }
  end_stream();
}

/// 16 bytes of numbers, for float and double.
template <class T>
using packet_of __attribute__((vector_size(16))) = T;
template <class T>
inline constexpr index_t packet_size = static_cast<index_t>(16 / sizeof(T));
template <class T>
packet_of<T> load_packet(const T* from) {
  packet_of<T> values;
  __builtin_memcpy(&values, from, sizeof values);
  return values;
}

/// Writes to[0 .. length): packet(k) computes to[k .. k + packet_size), one(k) what is left at both ends. `ahead` is
/// read soon, as far as to[0] is from to[k]: its lines are asked for before they are needed. `streamed`: past the
/// caches.
template <class T, class Packet, class One>
void write_packets(T* to, index_t length, const T* ahead, bool streamed, Packet&& packet, One&& one) {
  constexpr index_t size = packet_size<T>, line = static_cast<index_t>(64 / sizeof(T)), lead = 64 * line;
  index_t k = 0;
  for (; k < length && reinterpret_cast<std::uintptr_t>(to + k) % 64 != 0; ++k) to[k] = one(k);
  for (; k + line <= length; k += line) {
    if (streamed) {
      __builtin_prefetch(ahead + k + (k + lead < length ? lead : 0));
      for (index_t p = 0; p < line; p += size) {
        const packet_of<T> values = packet(k + p);
#if defined(__SSE2__) && defined(__clang__)
        __builtin_nontemporal_store(values, reinterpret_cast<packet_of<T>*>(to + k + p));
#elif defined(__SSE2__)
        if constexpr (sizeof(T) == 4)
          __builtin_ia32_movntps(to + k + p, values);
        else
          __builtin_ia32_movntpd(to + k + p, values);
#else
        __builtin_memcpy(to + k + p, &values, sizeof values);
#endif
      }
    } else {
      for (index_t p = 0; p < line; p += size) {
        const packet_of<T> values = packet(k + p);
        __builtin_memcpy(to + k + p, &values, sizeof values);
      }
    }
  }
  for (; k < length; ++k) to[k] = one(k);
  if (streamed) end_stream();
}

/// Whether the elements of a block follow each other in row-major order.
template <class T, int Rank>
bool is_packed(const tensor_view<T, Rank>& block) {
  const axes<Rank> packed = row_major(block.extents());
  for (int axis = 0; axis < Rank; ++axis)
    if (block.extent(axis) != 1 && block.stride(axis) != packed[axis]) return false;
  return true;
}

}  // namespace mixcon::detail
