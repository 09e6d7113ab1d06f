// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a formula returns when its loss is a sum of several means over anchors, each with a divisor of its own.

#include <mixcon/core/number/dual.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What is left of a number without its derivatives.
template <class T>
using plain_t = decltype(plain(T{}));

/// A share of a mean: the loss is the sum over its terms of (sum of values) / (sum of divisors), each over the anchors.
/// Divisors are constants in the backward pass.
template <class T>
struct term {
  T value{};
  plain_t<T> divisor{};
};

/// What a formula returns when one mean over anchors is not enough: `return terms{term{a, n}, term{b, m}};`.
template <class T, int N>
struct terms {
  term<T> of[static_cast<unsigned>(N)]{};
  constexpr terms() = default;
  template <class... Term>
  requires(sizeof...(Term) == N)
  MIXCON_HD constexpr terms(const Term&... each) : of{each...} {}  // NOLINT(google-explicit-constructor)
};
template <class T>
term(T, plain_t<T>) -> term<T>;
template <class T, class... More>
terms(term<T>, More...) -> terms<T, 1 + static_cast<int>(sizeof...(More))>;

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
