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

/// The product of two rows, padded to whole vectors.
template <class T>
[[gnu::noinline]] double product_of(const T* a, const T* b, index_t pitch) {
  T product = 0;
  for_set_in_use([&](auto set) {
    using vector = typename decltype(set)::template vector<T>;
    run_for<decltype(set)>([&] { product = mixcon::detail::dot_on<vector>(a, b, pitch); });
  });
  return static_cast<double>(product);
}
/// sum += row.
template <class T>
[[gnu::noinline]] void add_row(T* sum, const T* row, index_t pitch) {
  for_set_in_use([&](auto set) {
    using vector = typename decltype(set)::template vector<T>;
    run_for<decltype(set)>([&] { mixcon::detail::add_times<vector>(sum, T(1), row, pitch); });
  });
}

/// Sees the positives of anchors among rows that are grouped by key.
template <class T>
class positives_by_key {
  using rows_type = mixcon::detail::packed_rows<T>;

 public:
  positives_by_key(const rows_type& candidates, const moments::key_groups& groups, workspace* memory)
      : candidates_(candidates),
        groups_(groups),
        sums_(memory, groups.begin == nullptr ? 0 : static_cast<std::size_t>(groups.keys * candidates.pitch())) {
    scratch<T> part(memory);
    for (int key = 0; !sums_.empty() && key < groups.keys; ++key)
      if (groups.count(key) > moments::few_members) add_up(key, part);
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
    if (are.members > moments::few_members) {
      seen.dots = product_of(anchor, sums_.data() + are.key * pitch, pitch);
      if (are.without >= 0) seen.dots -= product_of(anchor, candidates_.row(are.without), pitch);
      return seen;
    }
    for (int k = 0; k < are.members; ++k) {
      const int row = groups_.member(are.key, k);
      if (row != are.without) seen.dots += product_of(anchor, candidates_.row(row), pitch);
    }
    return seen;
  }

 private:
  /// A few rows at a time, so that sums are of few terms.
  [[gnu::noinline]] void add_up(int key, scratch<T>& part) {
    constexpr int at_once = 16;
    const index_t pitch = candidates_.pitch();
    T* const sum = sums_.data() + key * pitch;
    for (int m = 0; m < groups_.count(key); m += at_once) {
      part.assign(static_cast<std::size_t>(pitch), T(0));
      for (int j = m; j < m + at_once && j < groups_.count(key); ++j)
        add_row(part.data(), candidates_.row(groups_.member(key, j)), pitch);
      add_row(sum, static_cast<const T*>(part.data()), pitch);
    }
  }

  const rows_type& candidates_;
  moments::key_groups groups_;
  scratch<T> sums_;  // (keys, pitch)
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
