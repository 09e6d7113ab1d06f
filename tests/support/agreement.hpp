// SPDX-License-Identifier: BSD-3-Clause
// How near is near: bounds that follow from the type, and comparisons of whole tensors.
#pragma once

#include "support/embeddings.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace mixcon_test {

template <class T>
long double largest_entry(const matrix<T>& m) {
  long double top = 0;
  for (const T& x : m.entries()) top = std::max(top, std::fabs(static_cast<long double>(x)));
  return top;
}

/// The error that rounding explains, relative to max(1, |reference|): losses.md section 4, item 11. `logit` is the
/// largest visible one in size, `of` the type whose rounding counts.
template <class T>
long double rounding_bound(index_t candidates, index_t width, long double logit) {
  return 4 * static_cast<long double>(std::numeric_limits<T>::epsilon()) *
         (std::log2(static_cast<long double>(candidates)) + static_cast<long double>(width)) * std::max(1.0L, logit);
}

/// What a value may differ from the reference: 1e-12 in double and wider, the rounding bound in float.
template <class T>
long double value_bound(index_t candidates, index_t width, long double logit, long double reference) {
  const long double relative =
      std::is_same_v<T, float> ? rounding_bound<float>(candidates, width, logit) : 1e-12L * std::max(1.0L, logit / 100);
  return relative * std::max(1.0L, std::fabs(reference));
}

template <class T>
long double error_of(T value, long double reference) {
  return std::fabs(static_cast<long double>(value) - reference);
}

/// The largest difference of two tensors; NaN anywhere gives infinity.
template <class A, class B>
long double largest_difference(const matrix<A>& a, const matrix<B>& b) {
  if (a.rows() != b.rows() || a.width() != b.width()) return std::numeric_limits<long double>::infinity();
  long double top = 0;
  for (std::size_t i = 0; i < a.entries().size(); ++i) {
    const long double apart =
        std::fabs(static_cast<long double>(a.entries()[i]) - static_cast<long double>(b.entries()[i]));
    if (!(apart <= top)) top = apart == apart ? apart : std::numeric_limits<long double>::infinity();
  }
  return top;
}

/// Whether every bit is the same, those of NaN too.
template <class T>
bool same_bits(const matrix<T>& a, const matrix<T>& b) {
  return a.rows() == b.rows() && a.width() == b.width() &&
         std::memcmp(a.data(), b.data(), a.entries().size() * sizeof(T)) == 0;
}
template <class T>
bool same_bits(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

template <class T>
bool all_finite(const matrix<T>& m) {
  return std::all_of(m.entries().begin(), m.entries().end(), [](T x) { return std::isfinite(x); });
}

/// What a call says when it refuses; "" when it does not.
template <class Call>
std::string refusal_of(Call&& call) {
  try {
    call();
  } catch (const std::invalid_argument& refusal) {
    return refusal.what();
  }
  return "";
}

}  // namespace mixcon_test
