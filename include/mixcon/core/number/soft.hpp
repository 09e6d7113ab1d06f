// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Words for formulas in log space. All accept an empty statistic, which is -infinity, and are exact where the textbook
// forms cancel or overflow. No branch: vector lanes take them too.

#include <mixcon/core/number/dual.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// 1 / (1 + e^-x), for any x without overflow.
template <class T>
MIXCON_HD inline T sigmoid(const T& x) {
  const T e = exp_of(choose(x > T(0), -x, x));  // e^-|x|
  return choose(x >= T(0), T(1), e) / (T(1) + e);
}

/// log(1 + x) for x in [0, 1], or NaN: lanes of float have a faster one of their own.
template <class T>
MIXCON_HD inline T log1p_of_share(const T& x) {
  return log1p_of(x);
}

/// log(1 + e^x), for any x without overflow, with full relative accuracy for very negative x.
template <class T>
MIXCON_HD inline T softplus(const T& x) {
  return choose(x <= T(0), T(0), x) + log1p_of_share(exp_of(choose(x > T(0), -x, x)));
}
template <class T, int K>
MIXCON_HD inline dual<T, K> softplus(const dual<T, K>& a) {
  return chain(a, softplus(a.value), sigmoid(a.value));
}

/// log(e^a + e^b).
template <class T>
MIXCON_HD inline T log_add_exp(const T& a, const T& b) {
  const auto swapped = b > a;
  const T high = choose(swapped, b, a), low = choose(swapped, a, b);
  return choose(is_minus_infinity(low), high, high + softplus(low - high));
}
template <class T, int K>
MIXCON_HD inline dual<T, K> log_add_exp(const dual<T, K>& a, const dual<T, K>& b) {
  const auto swapped = b.value > a.value;
  const dual<T, K> high = choose(swapped, b, a), low = choose(swapped, a, b);
  return choose(is_minus_infinity(low.value), high, high + softplus(low - high));
}

/// log(e^a - e^b), a > b.
template <class T, int K>
MIXCON_HD inline dual<T, K> log_diff_exp(const dual<T, K>& a, const dual<T, K>& b) {
  return a + log1p(-exp(b - a));
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
