// SPDX-License-Identifier: BSD-3-Clause
// The host bodies of mixcon/gpu/device.cuh: checked accesses of shared and device memory, asynchronous copies, and the
// tensor cores' fragments as the PTX manual lays them out.
#pragma once

#include "gpu/emulator/machine.hpp"
#include "gpu/emulator/memory.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace mixcon::gpu::emulated {

template <class T>
T read_shared(const T* at, const place& where) {
  machine& m = machine::get();
  {
    const quiet books;
    m.shared.read(m.thread(), at, sizeof(T), "a read", where);
  }
  return *at;  // seen by the race detector
}
template <class T>
void write_shared(T* at, const T& value, const place& where) {
  machine& m = machine::get();
  {
    const quiet books;
    m.shared.write(m.thread(), at, sizeof(T), "a write", where);
  }
  *at = value;
}

[[noreturn]] inline void fail_index(const char* what, int index, int count, const place& where) {
  machine::fail(std::string(what) + ": element " + std::to_string(index) + " of " + std::to_string(count), where);
}

inline void check_device_address(const void* at, std::size_t bytes, const char* what, const place& where) {
  const quiet books;
  device_memory_map::get().check(at, bytes, what, where);
}

inline void copy_async(void* to, const void* from, std::size_t bytes, const place& where) {
  machine& m = machine::get();
  const asynchronous_copy copy{to, from, bytes};
  {
    const quiet books;
    if (from != nullptr) device_memory_map::get().check(from, bytes, "copy_async", where);
    m.shared.begin_copy(m.thread(), to, bytes, where);
    m.copies().add(copy);
    ++the_counts().copies;
  }
  if (m.how().copies == landing::early) copy.land();
}
inline void copy_async_commit() {
  const quiet books;
  machine::get().copies().commit();
}
/// Until at most `left` groups are in flight.
inline void copy_async_wait(std::size_t left) {
  machine& m = machine::get();
  for (;;) {
    std::vector<asynchronous_copy> landing_now;
    {
      const quiet books;
      if (!m.copies().more_than(left)) return;
      landing_now = m.copies().take_oldest();
      for (const asynchronous_copy& copy : landing_now) m.shared.end_copy(m.thread(), copy.to, copy.bytes);
    }
    if (m.how().copies == landing::late)
      for (const asynchronous_copy& copy : landing_now) copy.land();  // this thread's writes, to the race detector
  }
}

/// Four 8 x 8 matrices of two-byte elements: lane 8 q + r names row r of matrix q, and lane 4 i + j gets elements
/// (i, 2 j) and (i, 2 j + 1) of each; of the transposed matrix if so asked.
template <bool Transposed>
void load_matrix_x4(std::uint32_t (&to)[4], const void* row, const place& where) {
  struct row_of_matrix {
    std::array<std::uint16_t, 8> element{};
    std::uintptr_t address = 0;
  } mine;
  machine& m = machine::get();
  {
    const quiet books;
    m.shared.read(m.thread(), row, 16, "load_matrix_x4", where);
    mine.address = static_cast<std::uintptr_t>(static_cast<const std::byte*>(row) - m.shared.data());
  }
  std::memcpy(mine.element.data(), row, 16);
  std::array<std::uint32_t, 4> taken{};
  m.meet(~0U, "load_matrix_x4", &mine, &taken, where, [&where](const meeting& now) {
    if (now.mask != ~0U) machine::fail("load_matrix_x4: needs all 32 lanes of a warp", where);
    ++the_counts().matrix_loads;
    for (unsigned q = 0; q < 4; ++q) {
      std::array<std::uint64_t, 8> turns{};  // of each four banks of 16 bytes
      std::uint64_t most = 0;
      for (unsigned r = 0; r < 8; ++r)
        most = std::max(most, ++turns[now.from<row_of_matrix>(8 * q + r).address / 16 % 8]);
      the_counts().bank_conflicts += most - 1;
      for (unsigned lane = 0; lane < warp_size; ++lane) {
        const unsigned i = lane / 4, j = 2 * (lane % 4);
        const auto element = [&](unsigned r, unsigned c) -> std::uint32_t {
          return now.from<row_of_matrix>(8 * q + r).element[c];
        };
        now.to<std::array<std::uint32_t, 4>>(lane)[q] =
            Transposed ? element(j, i) | element(j + 1, i) << 16 : element(i, j) | element(i, j + 1) << 16;
      }
    }
  });
  for (unsigned q = 0; q < 4; ++q) to[q] = taken[q];
}

/// sum (16 x 8) += a (16 x 16) b (16 x 8) by the 32 lanes of a warp, in float; `to_float` reads the two-byte elements.
template <class ToFloat>
void multiply_16x8x16(float (&sum)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1,
                      ToFloat to_float, const place& where) {
  struct operands {
    const std::uint32_t* a;
    std::uint32_t b[2];
  };
  const operands mine{a, {b0, b1}};
  machine::get().meet(~0U, "mma_16x8x16", &mine, sum, where, [&](const meeting& now) {
    if (now.mask != ~0U) machine::fail("mma_16x8x16: needs all 32 lanes of a warp", where);
    ++the_counts().products;
    float left[16][16], right[16][8], product[16][8] = {};
    for (unsigned lane = 0; lane < warp_size; ++lane) {
      const unsigned g = lane / 4, t = lane % 4;
      const operands& held = now.from<operands>(lane);
      for (unsigned e = 0; e < 2; ++e)
        for (unsigned q = 0; q < 4; ++q)
          left[g + 8 * (q % 2)][2 * t + e + 8 * (q / 2)] = to_float(static_cast<std::uint16_t>(held.a[q] >> 16 * e));
      for (unsigned e = 0; e < 2; ++e)
        for (unsigned q = 0; q < 2; ++q)
          right[2 * t + e + 8 * q][g] = to_float(static_cast<std::uint16_t>(held.b[q] >> 16 * e));
    }
    for (unsigned i = 0; i < 16; ++i)
      for (unsigned k = 0; k < 16; ++k)
        for (unsigned j = 0; j < 8; ++j) product[i][j] += left[i][k] * right[k][j];
    for (unsigned lane = 0; lane < warp_size; ++lane)
      for (unsigned q = 0; q < 4; ++q)
        (&now.to<float>(lane))[q] += product[lane / 4 + 8 * (q / 2)][2 * (lane % 4) + q % 2];
  });
}

}  // namespace mixcon::gpu::emulated
