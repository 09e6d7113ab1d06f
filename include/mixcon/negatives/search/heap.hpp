// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Sorting in place by a heap, since <algorithm> alone costs a third of what all of mixcon does to include.

#include <mixcon/core/config.hpp>

#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

// An entry never comes before one under it in the heap: the first is the last in order.

/// Lets entry `at` of a heap sink to its place.
template <class Entry, class Before>
void sink(Entry* heap, index_t size, index_t at, Before before) {
  for (index_t under = 2 * at + 1; under < size; at = under, under = 2 * at + 1) {
    if (under + 1 < size && before(heap[under], heap[under + 1])) ++under;
    if (!before(heap[at], heap[under])) return;
    (std::swap)(heap[at], heap[under]);
  }
}
template <class Entry, class Before>
void make_heap(Entry* entries, index_t size, Before before) {
  for (index_t at = size / 2 - 1; at >= 0; --at) sink(entries, size, at, before);
}
/// Puts entries in order; `before` must be a strict order.
template <class Entry, class Before>
void heap_sort(Entry* entries, index_t size, Before before) {
  make_heap(entries, size, before);
  for (index_t end = size - 1; end > 0; --end) {
    (std::swap)(entries[0], entries[end]);
    sink(entries, end, 0, before);
  }
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
