// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The rows of each key, in order: found on the host when a call is bound; and which of them are positives of a row.

#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/moments/described.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::moments {

/// The rows of each key: those of key k are order[begin[k]] .. order[begin[k + 1] - 1], ascending. Null: the row of key
/// k is row k.
struct key_groups {
  const std::int32_t *order = nullptr, *begin = nullptr;
  int keys = 0;  // begin has keys + 1 entries

  /// The number of a key's rows, and one of them.
  MIXCON_HD int count(int key) const { return begin == nullptr ? 1 : begin[key + 1] - begin[key]; }
  MIXCON_HD int member(int key, int k) const { return begin == nullptr ? key : order[begin[key] + k]; }
};
/// So many rows of a key are visited one by one; of more, their sum is.
constexpr int few_members = 8;

/// The rows of the other side that are positive pairs with a row of this key: all of one key, less perhaps the row's
/// own number.
struct positive_rows {
  int key = -1, members = 0, without = -1;

  /// `others`: how many of the other side have keys.
  MIXCON_HD positive_rows(const key_groups& groups, int own, int own_key, int other_count, bool hides_self) {
    if (own_key < 0 || own_key >= (groups.begin == nullptr ? other_count : groups.keys)) return;
    key = own_key, members = groups.count(own_key);
    if (hides_self && own < other_count && holds(groups, own)) without = own;
  }
  MIXCON_HD int number() const { return members - (without >= 0 ? 1 : 0); }

  /// Whether a row is of this key, by bisection.
  MIXCON_HD bool holds(const key_groups& groups, int row) const {
    int low = 0, high = members;
    while (low < high) {
      const int middle = (low + high) / 2;
      if (groups.member(key, middle) < row)
        low = middle + 1;
      else
        high = middle;
    }
    return low < members && groups.member(key, low) == row;
  }
};
/// How many of an anchor's candidates are its negatives.
MIXCON_HD inline int far_count(const described_rule& rule, const key_groups& of_candidates, int a, int candidates) {
  if (rule.hides_others && a < rule.anchors) return candidates - rule.candidates;
  const positive_rows all(of_candidates, a, rule.key_of_anchor(a), rule.candidates, false);
  const bool has_self = rule.hides_self && a < rule.anchors && a < rule.candidates;
  const bool self_is_far = has_self && !(all.key >= 0 && all.holds(of_candidates, a));  // but for being hidden
  return candidates - all.number() - (self_is_far ? 1 : 0);
}

/// Rows by key, on the host; empty where a key is the row's number.
class grouped_rows {
 public:
  explicit grouped_rows(workspace* memory) : order_(memory), begin_(memory) {}
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
  /// As they lie here; valid while this is.
  key_groups here() const {
    if (begin_.empty()) return {};
    return {order_.data(), begin_.data(), static_cast<int>(keys())};
  }
  /// As they lie where `arrays` puts a view.
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
  explicit call_groups(workspace* memory) : anchors(memory), candidates(memory) {}
  void group(const described_rule& rule) {
    anchors.group(rule.anchor_key, rule.anchors), candidates.group(rule.candidate_key, rule.candidates);
  }
  index_t keys() const { return anchors.keys() > candidates.keys() ? anchors.keys() : candidates.keys(); }
  template <class Arrays>
  placed_groups placed(Arrays& arrays) const {
    return {anchors.placed(arrays), candidates.placed(arrays)};
  }
};

}  // namespace mixcon::moments

MIXCON_STRICT_FLOATS_END
