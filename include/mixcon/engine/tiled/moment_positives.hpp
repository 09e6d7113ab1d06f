// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Positives outside the tiles: their similarities from the rows themselves, and from sums of rows by class where they
// are many.

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/core/number/lanes.hpp>
#include <mixcon/engine/call/packed_rows.hpp>
#include <mixcon/engine/moments/found_state.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Sees the positives of anchors among rows that are grouped by key.
template <class For, class T>
class positives_by_key {
  using vector = typename For::template vector<T>;
  using rows_type = mixcon::detail::packed_rows<T>;

 public:
  positives_by_key(const rows_type& candidates, const moments::key_groups& groups, workspace* memory)
      : candidates_(candidates),
        groups_(groups),
        sums_(memory, groups.begin == nullptr ? 0 : static_cast<std::size_t>(groups.keys * candidates.pitch())) {
    for (int key = 0; !sums_.empty() && key < groups.keys; ++key)
      if (groups.count(key) > moments::few_members) add_up(key);
  }

  const moments::key_groups& groups() const { return groups_; }
  /// The positives of an anchor, which is row number a of `anchors`.
  [[gnu::noinline]] moments::seen_positives see(const moments::described_rule& rule, const rows_type& anchors,
                                                index_t a) const {
    const int own = static_cast<int>(a);
    const moments::positive_rows are(groups_, own, rule.key_of_anchor(own), rule.candidates, rule.hides_self);
    moments::seen_positives seen{are.number()};
    if (seen.number == 0) return seen;
    const T* const anchor = anchors.row(a);
    const index_t pitch = anchors.pitch();
    run_for<For>([&] {
      if (are.members > moments::few_members) {
        seen.dots = dot(anchor, sums_.data() + are.key * pitch, pitch);
        if (are.without >= 0) seen.dots -= dot(anchor, candidates_.row(are.without), pitch);
        return;
      }
      for (int k = 0; k < are.members; ++k) {
        const int row = groups_.member(are.key, k);
        if (row != are.without) seen.dots += dot(anchor, candidates_.row(row), pitch);
      }
    });
    return seen;
  }

 private:
  MIXCON_IN_LOOPS static double dot(const T* a, const T* b, index_t pitch) {
    return static_cast<double>(mixcon::detail::dot_on<vector>(a, b, pitch));
  }
  /// A few rows at a time, so that sums are of few terms.
  [[gnu::noinline]] void add_up(int key) {
    constexpr int at_once = 16;
    const index_t pitch = candidates_.pitch();
    T* const sum = sums_.data() + key * pitch;
    run_for<For>([&] {
      for (index_t k = 0; k < pitch; k += lane_count<vector>()) {
        vector all(T(0)), part(T(0));
        for (int m = 0; m < groups_.count(key); ++m) {
          if (m % at_once == 0) all += part, part = vector(T(0));
          part += mixcon::detail::load_as<vector>(candidates_.row(groups_.member(key, m)) + k);
        }
        mixcon::detail::store_as(sum + k, all + part);
      }
    });
  }

  const rows_type& candidates_;
  moments::key_groups groups_;
  scratch<T> sums_;  // (keys, pitch)
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
