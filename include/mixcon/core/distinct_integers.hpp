// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Numbers for whatever integers labels are: a table in place of <map>, which looks up in O(log classes) and costs time
// to include.

#include <mixcon/core/integer_value.hpp>
#include <mixcon/core/workspace.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Numbers different integers 0, 1, ... in the order in which they come first.
class distinct_integers {
 public:
  explicit distinct_integers(workspace* memory = nullptr) : memory_(memory), slots_(memory) {}
  /// How many there are.
  index_t count() const { return count_; }
  /// The number of an integer; a new one gets the next.
  index_t number(const integer_value& integer) {
    if (2 * (count_ + 1) > static_cast<index_t>(slots_.size())) grow();
    slot& found = slots_[place_of(integer)];
    if (found.number < 0) found = {integer, count_++};
    return found.number;
  }
  /// The number of an integer, or -1 where it never came.
  index_t find(const integer_value& integer) const { return slots_.empty() ? -1 : slots_[place_of(integer)].number; }

 private:
  struct slot {
    integer_value integer{};
    index_t number = -1;  // empty
  };
  /// Where an integer is, or would be: a power of two of places, more than half of them empty.
  std::size_t place_of(const integer_value& integer) const {
    const std::size_t last = slots_.size() - 1;
    // neighbours lie far apart, and so do multiples of a power of two: the finalizer of splitmix64
    auto mixed = static_cast<std::uint64_t>(integer.bits);
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    auto at = static_cast<std::size_t>(mixed ^ (mixed >> 31)) & last;
    while (slots_[at].number >= 0 && !(slots_[at].integer == integer)) at = (at + 1) & last;
    return at;
  }
  void grow() {
    scratch<slot> more(memory_, slots_.empty() ? 16 : 2 * slots_.size());
    const scratch<slot> before = std::exchange(slots_, (std::move)(more));
    for (const slot& each : before)
      if (each.number >= 0) slots_[place_of(each.integer)] = each;
  }

  workspace* memory_;
  scratch<slot> slots_;
  index_t count_ = 0;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
