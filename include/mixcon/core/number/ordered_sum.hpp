// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Compensated sums over anchors, in their order, in double where rows are float.

#include <mixcon/core/config.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// What sums over anchors are made in: float rows are summed in double.
template <class T>
using wide_t = std::conditional_t<std::is_same_v<T, long double>, long double, double>;

/// A compensated sum in the order of its terms: O(N) numbers lose no digits, whatever N is.
template <class T>
class ordered_sum {
 public:
  void add(T term) {
    const auto x = static_cast<wide_t<T>>(term);
    const wide_t<T> next = sum_ + x;
    const bool larger = (sum_ < 0 ? -sum_ : sum_) >= (x < 0 ? -x : x);
    const wide_t<T> lost = larger ? (sum_ - next) + x : (x - next) + sum_;
    sum_ = next;
    if (lost - lost == 0) lost_ += lost;  // an infinite sum has lost nothing that could be named
  }
  wide_t<T> value() const { return sum_ + lost_; }

 private:
  wide_t<T> sum_ = 0, lost_ = 0;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
