// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Lists of partners read the other way round, and in the order that reads memory once.

#include <mixcon/core/config.hpp>
#include <mixcon/core/workspace.hpp>

#include <cstddef>
#include <span>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// Sets a list to 0 .. N - 1.
inline void count_up(index_t samples, std::vector<index_t>& order) {
  order.resize(static_cast<std::size_t>(samples));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<index_t>(i);
}
/// 0 .. N - 1.
inline std::vector<index_t> counted(index_t samples) {
  std::vector<index_t> order;
  count_up(samples, order);
  return order;
}

/// The order in which each sample's partner comes next: along the cycles of the pairing. A batch that exceeds the cache
/// is then read once from memory instead of twice, as each partner is the own sample of the following step.
inline scratch<index_t> order_along_partners(const std::vector<index_t>& partner, workspace* memory) {
  const std::size_t n = partner.size();
  scratch<index_t> order = scratch<index_t>::unset(memory, n);
  scratch<char> seen(memory, n, 0);
  std::size_t number = 0;
  for (std::size_t start = 0; start < n; ++start)
    for (std::size_t at = start; seen[at] == 0; at = static_cast<std::size_t>(partner[at])) {
      seen[at] = 1;
      order[number++] = static_cast<index_t>(at);
    }
  return order;
}

/// For every candidate, who mixes with it by each list of partners, ascending: the inverse permutation, or its
/// generalisation when partners repeat. Gradients gathered in this order do not depend on threads.
class mixed_with {
 public:
  explicit mixed_with(index_t candidates, workspace* memory = nullptr)
      : candidates_(static_cast<std::size_t>(candidates)), start_(memory), samples_(memory) {}

  /// One more list of partners.
  void add(const std::vector<index_t>& partner) {
    const std::size_t before = samples_.size(), first = start_.size();
    start_.resize(first + candidates_ + 1);
    samples_.resize(before + partner.size());
    std::size_t* const end = start_.data() + first;  // of each candidate's samples, and then their start
    for (const index_t j : partner) ++end[j];
    end[0] += before;
    for (std::size_t j = 1; j <= candidates_; ++j) end[j] += end[j - 1];
    for (std::size_t i = partner.size(); i-- > 0;) samples_[--end[partner[i]]] = static_cast<index_t>(i);
  }
  std::size_t lists() const { return start_.size() / (candidates_ + 1); }
  std::span<const index_t> of(std::size_t list, index_t candidate) const {
    const std::size_t* const start = start_.data() + list * (candidates_ + 1) + static_cast<std::size_t>(candidate);
    return {samples_.data() + start[0], start[1] - start[0]};
  }

 private:
  std::size_t candidates_;
  scratch<std::size_t> start_;  // list by list; and where the last one ends
  scratch<index_t> samples_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
