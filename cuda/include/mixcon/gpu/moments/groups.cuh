// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The rows of each key, in order: found on the host when a call is bound, and uploaded with its arrays.

#include <mixcon/gpu/moments/positives.cuh>

#include <mixcon/core/workspace.hpp>

namespace mixcon::gpu {

/// Rows by key, on the host; empty where a key is the row's number.
class grouped_rows {
 public:
  explicit grouped_rows(mixcon::workspace* memory) : order_(memory), begin_(memory) {}
  void group(const std::int32_t* key, int rows) {
    if (key == nullptr || rows == 0) return;
    int keys = 0;
    for (int i = 0; i < rows; ++i) keys = key[i] >= keys ? key[i] + 1 : keys;
    begin_.assign(static_cast<std::size_t>(keys) + 2, 0);
    for (int i = 0; i < rows; ++i)
      if (key[i] >= 0) ++begin_[static_cast<std::size_t>(key[i]) + 2];
    for (std::size_t k = 2; k < begin_.size(); ++k) begin_[k] += begin_[k - 1];
    order_.assign(static_cast<std::size_t>(rows), 0);
    for (int i = 0; i < rows; ++i)
      if (key[i] >= 0) order_[static_cast<std::size_t>(begin_[static_cast<std::size_t>(key[i]) + 1]++)] = i;
  }
  index_t keys() const { return begin_.empty() ? 0 : static_cast<index_t>(begin_.size()) - 2; }
  template <class Arrays>
  key_groups placed(Arrays& arrays) const {
    if (begin_.empty()) return {};
    const vector_view<const std::int32_t> order = mixcon::view(order_), begin = mixcon::view(begin_);
    return {arrays(order).data(), arrays(begin).data(), static_cast<int>(keys())};
  }

 private:
  scratch<std::int32_t> order_, begin_;
};
/// The groups of both sides, as kernels see them.
struct placed_groups {
  key_groups anchors{}, candidates{};
  placed_groups turned() const { return {candidates, anchors}; }  // of the columns' direction
};
struct call_groups {
  grouped_rows anchors, candidates;
  explicit call_groups(mixcon::workspace* memory) : anchors(memory), candidates(memory) {}
  void group(const described_rule& rule) {
    anchors.group(rule.anchor_key, rule.anchors), candidates.group(rule.candidate_key, rule.candidates);
  }
  index_t keys() const { return anchors.keys() > candidates.keys() ? anchors.keys() : candidates.keys(); }
  template <class Arrays>
  placed_groups placed(Arrays& arrays) const {
    return {anchors.placed(arrays), candidates.placed(arrays)};
  }
};

}  // namespace mixcon::gpu
