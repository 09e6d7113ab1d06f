// SPDX-License-Identifier: BSD-3-Clause
// The only source with CUB, whose device-wide algorithms take long to compile.
#include <mixcon/gpu/sort.hpp>

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_run_length_encode.cuh>

#include <limits>

namespace mixcon::gpu {

std::size_t sort_pairs_bytes(index_t count) {
  const index_t* in = nullptr;
  index_t* out = nullptr;
  std::size_t bytes = 0;
  return cub::DeviceRadixSort::SortPairs(nullptr, bytes, in, out, in, out, count) == cudaSuccess ? bytes : 0;
}

status sort_pairs(void* room, std::size_t room_bytes, const index_t* keys, const index_t* values, index_t* keys_out,
                  index_t* values_out, index_t count, int key_bits, stream_handle on) {
  if (room == nullptr || room_bytes < sort_pairs_bytes(count)) return {"sort_pairs: the room is too small"};
  return detail::status_of(
      cub::DeviceRadixSort::SortPairs(room, room_bytes, keys, keys_out, values, values_out, count, 0, key_bits, on));
}

std::size_t find_runs_bytes(index_t count) {
  const index_t* in = nullptr;
  index_t* out = nullptr;
  std::size_t bytes = 0;
  return cub::DeviceRunLengthEncode::Encode(nullptr, bytes, in, out, out, out, static_cast<int>(count)) == cudaSuccess
             ? bytes
             : 0;
}

status find_runs(void* room, std::size_t room_bytes, const index_t* keys, index_t count, index_t* distinct,
                 index_t* length, index_t* runs, stream_handle on) {
  if (count > std::numeric_limits<int>::max()) return {"find_runs: more than 2^31 - 1 keys"};  // of CUB 3.0
  if (room == nullptr || room_bytes < find_runs_bytes(count)) return {"find_runs: the room is too small"};
  return detail::status_of(
      cub::DeviceRunLengthEncode::Encode(room, room_bytes, keys, distinct, length, runs, static_cast<int>(count), on));
}

}  // namespace mixcon::gpu
