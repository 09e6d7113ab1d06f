// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Writes batches that exceed the caches past them, which saves a third of the traffic of a copy.

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

// A batch that exceeds the caches is written past them: its lines are then not read before they are written, which
// saves a third of the traffic of a copy. What is computed is put together in a piece that stays in the nearest cache.

inline constexpr std::size_t streamed_from = std::size_t{16} << 20;  // bytes of a batch

/// Whether a batch of that size is written past the caches.
template <class T, int Rank>
bool is_streamed(const tensor_view<T, Rank>& batch) {
  return static_cast<std::size_t>(batch.size()) * sizeof(T) >= streamed_from;
}

/// Calls line(at) for the beginning of every line of 64 bytes of [0, bytes), of four pages in turn: memory takes them
/// at the same time, which one page after another would not let it. Answers how many bytes are done, whole lines.
template <class Line>
inline std::size_t for_each_line(std::size_t bytes, Line line) {
  constexpr std::size_t page = 4096, pages = 4, size = 64;
  std::size_t done = 0;
  for (; done + pages * page <= bytes; done += pages * page)
    for (std::size_t at = done; at < done + page; at += size)
      for (std::size_t which = 0; which < pages; ++which) line(at + which * page);
  for (; done + size <= bytes; done += size) line(done);
  return done;
}
inline constexpr std::size_t bytes_ahead = 512;  // what is read is asked for so much earlier

/// 16 bytes of whatever values.
typedef long long bit_packet __attribute__((vector_size(16)));
inline bit_packet load_bits(const void* from) {
  bit_packet bits;
  __builtin_memcpy(&bits, from, sizeof bits);
  return bits;
}
template <class Packet>
bit_packet bits_of_packet(const Packet& packet) {
  return load_bits(&packet);
}

/// Two values by bits, the first where they are set.
inline bit_packet chosen_bits(const bit_packet& bits, const bit_packet& first, const bit_packet& second) {
  return (first & bits) | (second & ~bits);
}

/// Writes 16 bytes past the caches, where the processor has an instruction for it; `to` is a multiple of 16.
inline void stream_bits(void* to, const bit_packet& bits) {
#if defined(__SSE2__) && defined(__clang__)
  __builtin_nontemporal_store(bits, static_cast<bit_packet*>(to));
#elif defined(__SSE2__)
  __builtin_ia32_movntdq(static_cast<bit_packet*>(to), bits);
#else
  __builtin_memcpy(to, &bits, sizeof bits);
#endif
}

/// Copies a line past the caches; `to` is the beginning of a line.
inline void stream_line(unsigned char* to, const unsigned char* from) {
  for (std::size_t p = 0; p < 64; p += sizeof(bit_packet)) stream_bits(to + p, load_bits(from + p));
}

/// Copies bytes past the caches, where the processor has an instruction for it.
inline void stream_bytes(void* to, const void* from, std::size_t bytes) {
  auto* target = static_cast<unsigned char*>(to);
  const auto* source = static_cast<const unsigned char*>(from);
  const std::size_t past = reinterpret_cast<std::uintptr_t>(target) % 64;
  std::size_t head = past == 0 ? 0 : 64 - past;
  if (head > bytes) head = bytes;
  __builtin_memcpy(target, source, head);
  target += head, source += head, bytes -= head;
  const std::size_t done = for_each_line(bytes, [=](std::size_t at) {
    __builtin_prefetch(source + (at + bytes_ahead < bytes ? at + bytes_ahead : at));
    stream_line(target + at, source + at);
  });
  __builtin_memcpy(target + done, source + done, bytes - done);
}

/// Makes what was streamed visible to whoever is told that it is done.
inline void end_stream() {
#if defined(__SSE2__)
  __builtin_ia32_sfence();
#endif
}

/// 16 bytes of numbers, for float and double.
template <class T>
struct packet_type;
template <>
struct packet_type<float> {
  typedef float type __attribute__((vector_size(16)));
};
template <>
struct packet_type<double> {
  typedef double type __attribute__((vector_size(16)));
};
template <class T>
using packet_of = typename packet_type<T>::type;
template <class T>
inline constexpr index_t packet_size = static_cast<index_t>(16 / sizeof(T));
template <class T>
packet_of<T> load_packet(const T* from) {
  packet_of<T> values;
  __builtin_memcpy(&values, from, sizeof values);
  return values;
}

/// Counts in each lane how often an answer was true.
template <class T>
class lane_counts {
 public:
  lane_counts() { __builtin_memset(&counts_, 0, sizeof counts_); }  // nvcc takes no constant of this type
  template <class Answers>
  void add(const Answers& answers) {
    counts_ -= answers;  // -1 where it is true
  }
  index_t sum() const {
    std::uint64_t halves[2];
    __builtin_memcpy(halves, &counts_, sizeof halves);
    const std::uint64_t both = halves[0] + halves[1];
    return static_cast<index_t>(sizeof(T) == 8 ? both : (both >> 32) + (both & 0xffffffffu));
  }

 private:
  decltype(packet_of<T>{} == packet_of<T>{}) counts_;
};

/// Writes to[0 .. length): packet(k) computes to[k .. k + packet_size), one(k) what is left at both ends. `ahead` is
/// read soon, as far as to[0] is from to[k]: its lines are asked for before they are needed. `streamed`: past the
/// caches; a line is then computed whole before any of it is written, so that it leaves at once.
template <class T, class Packet, class One>
void write_packets(T* to, index_t length, const T* ahead, bool streamed, Packet packet, One one) {
  constexpr index_t size = packet_size<T>;
  index_t head = 0;
  for (; head < length && reinterpret_cast<std::uintptr_t>(to + head) % 64 != 0; ++head) to[head] = one(head);
  const auto store = [to](index_t k, const packet_of<T>& values) { __builtin_memcpy(to + k, &values, sizeof values); };
  index_t k = head;
  if (streamed) {
    constexpr index_t lead = static_cast<index_t>(bytes_ahead / sizeof(T));
    const std::size_t done = for_each_line(static_cast<std::size_t>(length - head) * sizeof(T), [=](std::size_t bytes) {
      const index_t at = head + static_cast<index_t>(bytes / sizeof(T));
      __builtin_prefetch(ahead + at + (at + lead < length ? lead : 0));
      packet_of<T> line[4];
      for (index_t p = 0; p < 4; ++p) line[p] = packet(at + p * size);
      for (index_t p = 0; p < 4; ++p) stream_bits(to + at + p * size, bits_of_packet(line[p]));
    });
    k += static_cast<index_t>(done / sizeof(T));
  }
  for (; k + size <= length; k += size) store(k, packet(k));
  for (; k < length; ++k) to[k] = one(k);
  if (streamed) end_stream();
}

/// Values that lines of 64 bytes are mixed of.
template <class T>
concept MixedByLine = sizeof(T) <= 8 && std::is_trivially_copyable_v<T>;

/// Values of T in 64 bytes.
template <class T>
inline constexpr index_t line_size = static_cast<index_t>(64 / sizeof(T));
/// Values of a line that are put together before they are written.
template <class T>
struct alignas(64) line_of {
  T values[64 / sizeof(T)];
};

/// Writes values to[k ..) 16 bytes at a time; `streamed`: past the caches, where `to` is the beginning of a line.
template <class T, bool Streamed>
struct line_writer {
  T* to;
  void operator()(index_t k, const bit_packet& bits) const {
    if constexpr (Streamed)
      stream_bits(to + k, bits);
    else
      __builtin_memcpy(static_cast<void*>(to + k), &bits, sizeof bits);
  }
  /// A whole line of other values.
  void copy(const T* from) const {
    constexpr index_t size = static_cast<index_t>(16 / sizeof(T));
    for (index_t k = 0; k < line_size<T>; k += size) (*this)(k, load_bits(from + k));
  }
};

/// Writes to[0 .. length): line(k, write) a whole line of to[k ..) by a `line_writer`, one(k) answers a value that is
/// left at the ends. `streamed`: past the caches; what ahead(k) points to, which to[k] is made of, is then asked for
/// before it is needed. Else k is a multiple of a line's size, whatever the alignment.
template <class T, class Ahead, class Line, class One>
void write_lines(T* to, index_t length, bool streamed, Ahead ahead, Line line, One one) {
  constexpr index_t size = line_size<T>;
  index_t k = 0;
  if (streamed) {
    for (; k < length && reinterpret_cast<std::uintptr_t>(to + k) % 64 != 0; ++k) to[k] = one(k);
    const index_t head = k, lead = static_cast<index_t>(bytes_ahead / sizeof(T));
    const std::size_t done = for_each_line(static_cast<std::size_t>(length - head) * sizeof(T), [=](std::size_t bytes) {
      const index_t at = head + static_cast<index_t>(bytes / sizeof(T));
      __builtin_prefetch(ahead(at + (at + lead + size <= length ? lead : 0)));
      line(at, line_writer<T, true>{to + at});
    });
    k += static_cast<index_t>(done / sizeof(T));
  } else {
    for (; k + size <= length; k += size) line(k, line_writer<T, false>{to + k});
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

MIXCON_STRICT_FLOATS_END
