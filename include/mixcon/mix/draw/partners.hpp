// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Lists of partners read the other way round, and in the order that reads memory once.

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <span>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// 0 .. N - 1.
inline std::vector<index_t> counted(index_t samples) {
  std::vector<index_t> order(static_cast<std::size_t>(samples));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<index_t>(i);
  return order;
}

/// The order in which each sample's partner comes next: along the cycles of the pairing. A batch that exceeds the cache
/// is then read once from memory instead of twice, as each partner is the own sample of the following step.
inline std::vector<index_t> order_along_partners(const std::vector<index_t>& partner) {
  const std::size_t n = partner.size();
  std::vector<index_t> order;
  std::vector<char> seen(n, 0);
  order.reserve(n);
  for (std::size_t start = 0; start < n; ++start)
    for (std::size_t at = start; seen[at] == 0; at = static_cast<std::size_t>(partner[at])) {
      seen[at] = 1;
      order.push_back(static_cast<index_t>(at));
    }
  return order;
}

/// For every sample, who mixes with it, ascending: the inverse permutation, or its generalisation when partners repeat.
/// Gradients gathered in this order do not depend on threads.
class mixed_with {
 public:
  mixed_with(const std::vector<index_t>& partner, index_t candidates)
      : start_(static_cast<std::size_t>(candidates) + 1, 0), samples_(partner.size()) {
    for (const index_t j : partner) ++start_[static_cast<std::size_t>(j) + 1];
    for (std::size_t j = 1; j < start_.size(); ++j) start_[j] += start_[j - 1];
    std::vector<std::size_t> next(start_.begin(), start_.end() - 1);
    for (std::size_t i = 0; i < partner.size(); ++i)
      samples_[next[static_cast<std::size_t>(partner[i])]++] = static_cast<index_t>(i);
  }
  std::span<const index_t> operator[](index_t candidate) const {
    const std::size_t j = static_cast<std::size_t>(candidate);
    return {samples_.data() + start_[j], start_[j + 1] - start_[j]};
  }

 private:
  std::vector<std::size_t> start_;
  std::vector<index_t> samples_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
