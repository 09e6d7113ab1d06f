// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws positions by their weights in constant time (Walker's alias method).

#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/workspace.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Draws position i with probability weights[i] / sum in constant time: two numbers decide. Walker 1977,
/// doi:10.1145/355744.355749, built as in Vose 1991, doi:10.1109/32.92917.
class alias_table {
 public:
  alias_table() = default;
  explicit alias_table(const std::vector<double>& weights) { set(mixcon::view(weights)); }
  /// One whose numbers will live in a workspace, or, without one, in memory of its own.
  explicit alias_table(const in_workspace& memory) : keep_(memory.memory), other_(memory.memory) {}

  /// Becomes the table of these weights, (n). What it needs besides lives in a workspace.
  void set(const vector_view<const double>& weights, const in_workspace& memory = in_workspace::none()) {
    const auto size = static_cast<std::size_t>(weights.extent(0));
    double sum = 0;
    index_t likeliest = 0;
    for (index_t i = 0; i < weights.extent(0); ++i) {
      const double w = weights[i];
      if (w > weights[likeliest]) likeliest = i;
      MIXCON_REQUIRE(w >= 0 && w - w == 0, "alias_table: a weight is ", w, "; expected finite numbers >= 0");
      sum += w;
    }
    MIXCON_REQUIRE(sum > 0, "alias_table: the weights add up to ", sum, "; expected at least one above 0");
    keep_.resize(size), other_.resize(size);
    // one array for both kinds: the scarce from the front, the ample from the back
    auto waiting = scratch<std::size_t>::unset(memory.memory, size);
    std::size_t scarce = 0, ample = size;
    for (std::size_t i = 0; i < size; ++i) {
      keep_[i] = weights[static_cast<index_t>(i)] * (static_cast<double>(size) / sum);
      other_[i] = static_cast<index_t>(i);
      waiting[keep_[i] < 1 ? scarce++ : --ample] = i;
    }
    while (scarce > 0 && ample < size) {
      const std::size_t poor = waiting[--scarce], rich = waiting[ample];
      other_[poor] = static_cast<index_t>(rich);
      keep_[rich] -= 1 - keep_[poor];
      if (keep_[rich] < 1) ++ample, waiting[scarce++] = rich;
    }
    while (ample < size) keep_[waiting[ample++]] = 1;
    while (scarce > 0) {  // left by rounding
      const std::size_t i = waiting[--scarce];
      keep_[i] = weights[static_cast<index_t>(i)] > 0 ? 1 : 0, other_[i] = likeliest;
    }
  }

  index_t size() const { return static_cast<index_t>(keep_.size()); }
  /// The position that `place`, uniform in [0, size), and `share`, uniform in [0, 1), decide on.
  index_t at(index_t place, double share) const {
    const auto i = static_cast<std::size_t>(place);
    return share < keep_[i] ? place : other_[i];
  }

 private:
  scratch<double> keep_;
  scratch<index_t> other_;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
