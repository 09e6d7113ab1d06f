// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Functions of a logit that statistics may gather instead of the logit itself, with slopes by dual numbers.

#include <mixcon/contrast/pair.hpp>
#include <mixcon/core/number/dual.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

// A statistic may be of a function of the logit. Such a function is a plain callable that takes a dual number (and, if
// it wants, the pair's target as a second one); its slope comes from the dual, so nobody writes a derivative.

/// x times a constant.
struct times {
  double by = 1;
  constexpr times(double factor = 1) : by(factor) {}  // NOLINT(google-explicit-constructor)
  template <class T>
  MIXCON_HD constexpr T operator()(const T& x) const {
    return x * by;
  }
};
/// x itself.
struct logit_itself {
  template <class T>
  MIXCON_HD constexpr T operator()(const T& x) const {
    return x;
  }
};

namespace detail {

template <class F, class D>
MIXCON_HD constexpr D apply(const F& f, const D& x, const D& target) {
  if constexpr (requires { f(x, target); })
    return f(x, target);
  else
    return f(x);
}
template <class F, class T>
MIXCON_HD constexpr T value_of(const F& f, const logit_pair<T>& p) {
  return apply(f, dual<T, 0>(p.x), dual<T, 0>(p.target)).value;
}
template <class F, class T>
MIXCON_HD constexpr T slope_of(const F& f, const logit_pair<T>& p) {
  return apply(f, variable<T, 1>(p.x, 0), dual<T, 1>(p.target)).partial[0];
}
/// The slope by the target, for functions that read it.
template <class F, class T>
MIXCON_HD constexpr T target_slope_of(const F& f, const logit_pair<T>& p) {
  if constexpr (requires(dual<T, 1> d) { f(d, d); })
    return f(dual<T, 1>(p.x), variable<T, 1>(p.target, 0)).partial[0];
  else
    return T(0);
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
