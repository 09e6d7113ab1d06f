// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The keys that a list on the device names, as rows of their anchors, and the gradient back to the keys, row by row.

#include <mixcon/gpu/device_checks.cuh>
#include <mixcon/gpu/device_tensor.hpp>
#include <mixcon/gpu/enqueue.cuh>
#include <mixcon/gpu/negatives/device_list.cuh>
#include <mixcon/gpu/sort.hpp>

namespace mixcon::gpu {

// a warp a row of (N, p + k, D): p positives of each anchor, then the keys of its list; zeros for an empty slot
template <class T>
__global__ void gather_own_rows(const std::int32_t* key, index_t slots, tensor_view<const T, 3> positives,
                                matrix_view<const T> keys, tensor_view<T, 3> to) {
  const index_t number = warp_of_grid(), a = number / to.extent(1), j = number % to.extent(1);
  if (a >= to.extent(0)) return;
  const index_t own = to.extent(1) - slots;
  const index_t c = j < own ? 0 : key[a * slots + j - own];
  for (index_t x = lane_of_warp(); x < to.extent(2); x += warp_size)
    to(a, j, x) = j < own ? positives(a, j, x) : c < 0 ? T(0.0F) : keys(c, x);
}

// a thread a slot: which key it is about, beyond the last for an empty slot
template <class T>
__global__ void list_slots(const std::int32_t* key, index_t slots, T beyond, T* about, T* slot) {
  const index_t s = thread_of_grid();
  if (s >= slots) return;
  about[s] = key[s] < 0 ? beyond : key[s];
  slot[s] = s;
}

// a warp a run of slots of one key, which a stable sort has put side by side: adds their gradients in order. So only
// rows that are named are touched
template <class T>
__global__ void add_runs(const index_t* about, const index_t* slot, index_t slots, index_t each,
                         tensor_view<const T, 3> by_rows, matrix_view<T> by_keys) {
  const index_t at = warp_of_grid();
  if (at >= slots || about[at] >= by_keys.extent(0) || (at > 0 && about[at - 1] == about[at])) return;
  const index_t c = about[at], own = by_rows.extent(1) - each;
  for (index_t x = lane_of_warp(); x < by_keys.extent(1); x += warp_size) {
    T sum = by_keys(c, x);
    for (index_t k = at; k < slots && about[k] == c; ++k) sum += by_rows(slot[k] / each, own + slot[k] % each, x);
    by_keys(c, x) = sum;
  }
}

/// mixcon::own_rows on the device, enqueued: fills `to` (N, p + k, D) with `positives` (N, p, D), p of them or an empty
/// tensor, and the keys (M, D) that the list names.
template <tier Tier, class S, class T>
enqueue_status enqueue_own_rows(const basic_stream<Tier>& on, const device_list<S>& list,
                                const device_tensor<T, 3>& positives, const device_tensor<T, 2>& keys,
                                const device_tensor<T, 3>& to_rows) noexcept {
  return enqueued("enqueue_own_rows", on, [&](launches& to) {
    const tensor_view<T, 3>&first = positives.on_device, &rows = to_rows.on_device;
    const index_t own = first ? first.extent(1) : 0;
    const axes<3> expected{list.anchors, own + list.slots, keys.on_device.extent(1)};
    MIXCON_REQUIRE(
        rows.extents() == expected && (!first || (first.extent(0) == expected[0] && first.extent(2) == expected[2])),
        "enqueue_own_rows: rows are ", rows.extents(), ", positives ", first.extents(), "; expected rows of ", expected,
        ".");
    require_on_device("enqueue_own_rows", "the list", list.key);
    require_place("enqueue_own_rows", "the positives' memory", first);
    require_place("enqueue_own_rows", "the keys' memory", keys.on_device);
    require_place("enqueue_own_rows", "the rows' memory", rows);
    to.a_warp_each<&gather_own_rows<T>>(list.anchors * expected[1], static_cast<const std::int32_t*>(list.key),
                                        list.slots, tensor_view<const T, 3>(first),
                                        matrix_view<const T>(keys.on_device), rows);
  });
}

/// The room that enqueue_add_to_keys takes, for a list of N x k slots.
template <class S>
std::size_t add_to_keys_bytes(const device_list<S>& list) {
  const index_t slots = list.anchors * list.slots;
  arena from(nullptr);
  for (int array = 0; array < 4; ++array) from.take<index_t>(slots);
  from.take<std::byte>(static_cast<index_t>(sort_pairs_bytes(slots)));
  return from.used();
}
/// Its adjoint by the keys, a sparse gradient: adds the gradient by own rows, (N, p + k, D), to that by the keys they
/// were, slots in their order; rows of keys that no slot names are not touched. `room`: add_to_keys_bytes(list) bytes
/// of the device at a multiple of 256. The positives' gradient is the first p of by_rows.
template <tier Tier, class S, class T>
enqueue_status enqueue_add_to_keys(const basic_stream<Tier>& on, const device_list<S>& list,
                                   const device_tensor<T, 3>& by_rows, const device_tensor<T, 2>& by_keys, void* room,
                                   std::size_t room_bytes) noexcept {
  return enqueued("enqueue_add_to_keys", on, [&](launches& to) {
    const tensor_view<T, 3>& rows = by_rows.on_device;
    const matrix_view<T>& keys = by_keys.on_device;
    MIXCON_REQUIRE(rows.extent(0) == list.anchors && rows.extent(1) >= list.slots && rows.extent(2) == keys.extent(1),
                   "enqueue_add_to_keys: rows are ", rows.extents(), " for a list of ", list.anchors, " x ", list.slots,
                   " slots and keys ", keys.extents(), "; expected the gradient of what enqueue_own_rows gave.");
    require_on_device("enqueue_add_to_keys", "the list", list.key);
    require_place("enqueue_add_to_keys", "the rows' memory", rows);
    require_place("enqueue_add_to_keys", "the keys' gradient", keys);
    require_buffer("enqueue_add_to_keys", "`room`", "gpu::add_to_keys_bytes", room, room_bytes,
                   add_to_keys_bytes(list));
    const index_t slots = list.anchors * list.slots;
    arena from(room);
    auto *const about = from.take<index_t>(slots), *const slot = from.take<index_t>(slots);
    auto *const sorted = from.take<index_t>(slots), *const sorted_slot = from.take<index_t>(slots);
    const std::size_t sort_bytes = sort_pairs_bytes(slots);
    void* const sort_room = from.take<std::byte>(static_cast<index_t>(sort_bytes));
    int bits = 1;
    while (index_t{1} << bits <= keys.extent(0)) ++bits;
    to.a_thread_each<&list_slots<index_t>>(slots, static_cast<const std::int32_t*>(list.key), slots, keys.extent(0),
                                           about, slot);
    if (to.found().ok())
      to.keep(sort_pairs(sort_room, sort_bytes, about, slot, sorted, sorted_slot, slots, bits, on.queue));
    to.a_warp_each<&add_runs<T>>(slots, static_cast<const index_t*>(sorted), static_cast<const index_t*>(sorted_slot),
                                 slots, list.slots, tensor_view<const T, 3>(rows), keys);
  });
}

}  // namespace mixcon::gpu
