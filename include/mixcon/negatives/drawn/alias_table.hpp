// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws positions by their weights in constant time (Walker's alias method).

#include <mixcon/core/require.hpp>

#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Draws position i with probability weights[i] / sum in constant time: two numbers decide. Walker 1977,
/// doi:10.1145/355744.355749, built as in Vose 1991, doi:10.1109/32.92917.
class alias_table {
 public:
  alias_table() = default;
  explicit alias_table(const std::vector<double>& weights) : keep_(weights), other_(weights.size()) {
    double sum = 0;
    index_t likeliest = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double w = weights[i];
      if (w > weights[static_cast<std::size_t>(likeliest)]) likeliest = static_cast<index_t>(i);
      MIXCON_REQUIRE(w >= 0 && w - w == 0, "alias_table: a weight is ", w, "; expected finite numbers >= 0");
      sum += w;
    }
    MIXCON_REQUIRE(sum > 0, "alias_table: the weights add up to ", sum, "; expected at least one above 0");
    std::vector<std::size_t> scarce, ample;
    for (std::size_t i = 0; i < keep_.size(); ++i) {
      keep_[i] *= static_cast<double>(keep_.size()) / sum;
      other_[i] = static_cast<index_t>(i);
      (keep_[i] < 1 ? scarce : ample).push_back(i);
    }
    while (!scarce.empty() && !ample.empty()) {
      const std::size_t poor = scarce.back(), rich = ample.back();
      scarce.pop_back();
      other_[poor] = static_cast<index_t>(rich);
      keep_[rich] -= 1 - keep_[poor];
      if (keep_[rich] < 1) ample.pop_back(), scarce.push_back(rich);
    }
    for (const std::size_t i : ample) keep_[i] = 1;
    for (const std::size_t i : scarce) keep_[i] = weights[i] > 0 ? 1 : 0, other_[i] = likeliest;  // left by rounding
  }

  index_t size() const { return static_cast<index_t>(keep_.size()); }
  /// The position that `place`, uniform in [0, size), and `share`, uniform in [0, 1), decide on.
  index_t at(index_t place, double share) const {
    const auto i = static_cast<std::size_t>(place);
    return share < keep_[i] ? place : other_[i];
  }

 private:
  std::vector<double> keep_;
  std::vector<index_t> other_;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
