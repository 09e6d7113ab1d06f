// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Labels of any value as small numbers: what targets that compare labels make of them once a call.

#include <mixcon/core/integer_value.hpp>
#include <mixcon/core/workspace.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Numbers 1, 2, ... for labels, in the order in which they are first asked about. O(1) each.
class class_numbers {
 public:
  /// Room for so many different labels.
  class_numbers(index_t most, workspace* memory) : slots_(memory) {
    std::size_t slots = 16;
    while (slots < 2 * static_cast<std::size_t>(most)) slots *= 2;
    slots_.assign(slots, {});
  }
  std::int32_t operator()(const integer_value& label) {
    std::size_t at = mixed(label) & (slots_.size() - 1);
    while (slots_[at].number != 0 && !(slots_[at].label == label)) at = (at + 1) & (slots_.size() - 1);
    if (slots_[at].number == 0) slots_[at] = {label, ++count_};
    return slots_[at].number;
  }
  std::int32_t count() const { return count_; }

 private:
  struct slot {
    integer_value label{};
    std::int32_t number = 0;  // 0: free
  };
  static std::size_t mixed(const integer_value& label) {
    auto bits = static_cast<std::uint64_t>(label.bits) + (label.is_beyond ? 1U : 0U);
    bits = (bits ^ (bits >> 32U)) * 0x9E3779B97F4A7C15U;
    return static_cast<std::size_t>(bits ^ (bits >> 29U));
  }

  scratch<slot> slots_;
  std::int32_t count_ = 0;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
