// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Stable sorts and run lengths of integers in device memory: for labels that lie there, and for gradients that few rows
// add to. By CUB in cuda/src/sort.cu, which a program links; emulated, by std::stable_sort.

#include <mixcon/core/config.hpp>
#include <mixcon/gpu/launch.cuh>

#include <cstddef>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// The bytes of device memory that a sort of `count` pairs takes besides its arrays; 0 when CUB fails to say.
std::size_t sort_pairs_bytes(index_t count);

/// Sorts `count` pairs by key, equal keys in the order in which they came. Inputs stay, outputs must not overlap them
/// or each other. `room` holds sort_pairs_bytes(count). Keys are in [0, 2^key_bits), or any integers with 64 bits; few
/// bits take less time. Enqueued: nothing is waited for, and it can be captured in a graph.
status sort_pairs(void* room, std::size_t room_bytes, const index_t* keys, const index_t* values, index_t* keys_out,
                  index_t* values_out, index_t count, int key_bits, stream_handle on);

/// The same for find_runs.
std::size_t find_runs_bytes(index_t count);

/// Runs of equal keys in (count): their keys and lengths, in order, and how many they are, all in device memory. With
/// sorted keys these are the distinct ones and their numbers. `distinct` and `length` have room for `count`.
status find_runs(void* room, std::size_t room_bytes, const index_t* keys, index_t count, index_t* distinct,
                 index_t* length, index_t* runs, stream_handle on);

#if !defined(__CUDACC__)
inline std::size_t sort_pairs_bytes(index_t count) { return emulated::sort_bytes(count); }
inline std::size_t find_runs_bytes(index_t count) { return emulated::sort_bytes(count); }
inline status sort_pairs(void* room, std::size_t room_bytes, const index_t* keys, const index_t* values,
                         index_t* keys_out, index_t* values_out, index_t count, int key_bits, stream_handle) {
  return {emulated::sort_pairs(room, room_bytes, keys, values, keys_out, values_out, count, key_bits)};
}
inline status find_runs(void* room, std::size_t room_bytes, const index_t* keys, index_t count, index_t* distinct,
                        index_t* length, index_t* runs, stream_handle) {
  return {emulated::find_runs(room, room_bytes, keys, count, distinct, length, runs)};
}
#endif

}  // namespace mixcon::gpu

MIXCON_STRICT_FLOATS_END
