// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `device_list`: chosen keys of each anchor in device memory, and what a search on the device came to.

#include <mixcon/gpu/launch.cuh>

#include <mixcon/core/require.hpp>
#include <mixcon/negatives/negative_list.hpp>

namespace mixcon::gpu {

/// What `top_k` leaves on the device: for each of N anchors k slots, best first, as mixcon::ranked_list has them. Owns
/// nothing.
template <class T>
struct device_list {
  index_t anchors = 0, slots = 0;
  std::int32_t* key = nullptr;  // (N, k): a key's position, or -1 in an empty slot
  double* weight = nullptr;     // (N, k): 1, or 0 in an empty slot
  T* score = nullptr;           // (N, k); 0 in an empty slot

  device_list() = default;
  /// In memory of `bytes(rows, k)` at a multiple of 256 bytes; with null it only measures.
  device_list(void* memory, index_t rows, index_t k) : anchors(rows), slots(k) {
    arena from(memory);
    take(from);
  }
  static std::size_t bytes(index_t rows, index_t k) {
    arena from(nullptr);
    device_list<T> list;
    list.anchors = rows, list.slots = k, list.take(from);
    return from.used();
  }

 private:
  void take(arena& from) {
    key = from.take<std::int32_t>(anchors * slots);
    weight = from.take<double>(anchors * slots);
    score = from.take<T>(anchors * slots);
  }
};

/// What a search came to: plain data, which kernels write at an address of the device. -1: none.
struct search_outcome {
  index_t odd_anchor = -1, odd_key = -1;         // the first anchor with a NaN score, and its first such key
  index_t short_anchor = -1, short_filled = -1;  // the first with an empty slot, and how many are filled
};

/// Refuses what the host's top_k refuses, of an outcome that lies in host memory.
inline void read(const search_outcome& found, index_t k, bool strict) {
  MIXCON_REQUIRE(found.odd_anchor < 0, "top_k: the score of anchor ", found.odd_anchor, " and key ", found.odd_key,
                 " is NaN; expected finite rows. Has training diverged?");
  MIXCON_REQUIRE(!strict || found.short_anchor < 0, "top_k: anchor ", found.short_anchor, " has ", found.short_filled,
                 " admissible keys; expected ", k, ", or strict = false for empty slots");
}

/// mixcon::listed_targets for a list that lies on the device: calls with it upload nothing and can be captured.
struct device_listed_targets {
  vector_view<const std::int32_t> key{};  // (N * m)
  vector_view<const double> weight{};     // (N * m), finite and >= 0: they are not looked at
  index_t slots = 0, positives = 1;

  template <class T>
  explicit device_listed_targets(const device_list<T>& list, index_t positives_of_each = 1)
      : key(list.key, {list.anchors * list.slots}),
        weight(list.weight, {list.anchors * list.slots}),
        slots(list.slots),
        positives(positives_of_each) {}

  mixcon::detail::bound_rule<listed_targets::rule_type> bind(const pair_space& space) const {
    MIXCON_REQUIRE(positives >= 0, "device_listed_targets: ", positives, " positives; expected at least 0");
    MIXCON_REQUIRE(slots >= 1 && key.extent(0) == space.anchors * slots && slots + positives == space.own,
                   "device_listed_targets: a list of ", key.extent(0), " slots, ", slots, " for each anchor, and ",
                   positives, " positives for ", space.anchors, " anchors with ", space.own,
                   " own candidates each; expected the rows that gpu::own_rows gave");
    return {{key, weight, slots, positives, 1.0 / static_cast<double>(positives > 0 ? positives : 1)}};
  }
};

}  // namespace mixcon::gpu
