// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Dual numbers: a value with its derivatives. Formulas are evaluated with them, so no loss has a gradient written by
// hand.

#include <mixcon/core/number/real.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Forward-mode dual number: a value and its derivatives by K inputs. Formulas are evaluated with these, so a loss
/// author writes no gradient. `dual<T, 0>` is a plain number whose arithmetic with `double` parameters stays in T.
template <class T, int K>
struct dual {
  T value{};
  T partial[static_cast<unsigned>(K > 0 ? K : 1)]{};  // NOLINT(bugprone-branch-clone): for K = 1 both are 1

  constexpr dual() = default;
  MIXCON_HD constexpr dual(T v) : value(v) {}  // NOLINT(google-explicit-constructor)
  template <class N>
  requires(std::is_arithmetic_v<N> && !std::is_same_v<N, T>)
  MIXCON_HD constexpr dual(N v) : value(static_cast<T>(v)) {}  // NOLINT(google-explicit-constructor)
};

/// The input number `which` itself: derivative 1 by it, 0 by the others.
template <class T, int K>
MIXCON_HD constexpr dual<T, K> variable(T value, int which) {
  dual<T, K> v(value);
  v.partial[which] = T(1);
  return v;
}

// ---- arithmetic ----

template <class T, int K>
MIXCON_HD constexpr dual<T, K> operator-(dual<T, K> a) {
  a.value = -a.value;
  for (T& x : a.partial) x = -x;
  return a;
}
template <class T, int K>
MIXCON_HD constexpr dual<T, K> operator+(dual<T, K> a, const dual<T, K>& b) {
  a.value += b.value;
  for (int k = 0; k < K; ++k) a.partial[k] += b.partial[k];
  return a;
}
template <class T, int K>
MIXCON_HD constexpr dual<T, K> operator-(dual<T, K> a, const dual<T, K>& b) {
  a.value -= b.value;
  for (int k = 0; k < K; ++k) a.partial[k] -= b.partial[k];
  return a;
}
template <class T, int K>
MIXCON_HD constexpr dual<T, K> operator*(const dual<T, K>& a, const dual<T, K>& b) {
  dual<T, K> product(a.value * b.value);
  for (int k = 0; k < K; ++k) product.partial[k] = a.partial[k] * b.value + a.value * b.partial[k];
  return product;
}
template <class T, int K>
MIXCON_HD constexpr dual<T, K> operator/(const dual<T, K>& a, const dual<T, K>& b) {
  dual<T, K> quotient(a.value / b.value);
  for (int k = 0; k < K; ++k) quotient.partial[k] = (a.partial[k] - quotient.value * b.partial[k]) / b.value;
  return quotient;
}

/// A parameter of a loss, as it meets a dual number.
template <class N>
concept Parameter = std::is_arithmetic_v<N>;

template <class T, int K, Parameter N>
MIXCON_HD constexpr dual<T, K> operator+(dual<T, K> a, N b) {
  a.value += T(b);
  return a;
}
template <class T, int K, Parameter N>
MIXCON_HD constexpr dual<T, K> operator+(N b, dual<T, K> a) {
  return a + b;
}
template <class T, int K, Parameter N>
MIXCON_HD constexpr dual<T, K> operator-(dual<T, K> a, N b) {
  a.value -= T(b);
  return a;
}
template <class T, int K, Parameter N>
MIXCON_HD constexpr dual<T, K> operator-(N b, const dual<T, K>& a) {
  return -a + b;
}
template <class T, int K, Parameter N>
MIXCON_HD constexpr dual<T, K> operator*(dual<T, K> a, N b) {
  a.value *= T(b);
  for (T& x : a.partial) x *= T(b);
  return a;
}
template <class T, int K, Parameter N>
MIXCON_HD constexpr dual<T, K> operator*(N b, const dual<T, K>& a) {
  return a * b;
}
template <class T, int K, Parameter N>
MIXCON_HD constexpr dual<T, K> operator/(dual<T, K> a, N b) {
  a.value = a.value / T(b);
  for (T& x : a.partial) x = x / T(b);
  return a;
}
template <class T, int K, Parameter N>
MIXCON_HD constexpr dual<T, K> operator/(N b, const dual<T, K>& a) {
  return dual<T, K>(T(b)) / a;
}

/// f(a), given its value and slope. A derivative that is 0 stays 0 even where the slope is infinite.
template <class T, int K>
MIXCON_HD constexpr dual<T, K> chain(const dual<T, K>& a, T value, T slope) {
  dual<T, K> f(value);
  for (int k = 0; k < K; ++k) f.partial[k] = choose(a.partial[k] == T(0), T(0), slope * a.partial[k]);
  return f;
}

/// On lanes, each lane of value and derivatives chooses; the dual of a plain number is chosen whole, as any type is.
template <class T, int K>
requires(!std::is_same_v<mask_of<T>, bool>)
MIXCON_HD constexpr dual<T, K> choose(mask_of<T> yes, const dual<T, K>& a, const std::type_identity_t<dual<T, K>>& b) {
  dual<T, K> chosen(choose(yes, a.value, b.value));
  for (int k = 0; k < K; ++k) chosen.partial[k] = choose(yes, a.partial[k], b.partial[k]);
  return chosen;
}

template <class T, int K>
MIXCON_HD constexpr T plain(const dual<T, K>& a) {
  return a.value;
}
/// The value as a constant: what the paper calls stop-gradient.
template <class T, int K>
MIXCON_HD constexpr dual<T, K> detach(const dual<T, K>& a) {
  return dual<T, K>(a.value);
}

// ---- functions, by their usual names: a formula finds them without `using` ----

template <class T, int K>
MIXCON_HD inline dual<T, K> exp(const dual<T, K>& a) {
  const T e = exp_of(a.value);
  return chain(a, e, e);
}
template <class T, int K>
MIXCON_HD inline dual<T, K> log(const dual<T, K>& a) {
  return chain(a, log_of(a.value), T(1) / a.value);
}
template <class T, int K>
MIXCON_HD inline dual<T, K> log1p(const dual<T, K>& a) {
  return chain(a, log1p_of(a.value), T(1) / (T(1) + a.value));
}
template <class T, int K>
MIXCON_HD inline dual<T, K> sqrt(const dual<T, K>& a) {
  const T root = sqrt_of(a.value);
  return chain(a, root, T(0.5) / root);
}
template <class T, int K>
MIXCON_HD constexpr dual<T, K>(square)(const dual<T, K>& a) {
  return a * a;
}

/// The larger of two; NaN stays.
template <class T, int K>
MIXCON_HD constexpr dual<T, K> larger(const dual<T, K>& a, const dual<T, K>& b) {
  return choose(b.value > a.value || is_nan(b.value), b, a);
}
/// max(a, 0); slope 0 at 0; NaN stays.
template <class T, int K>
MIXCON_HD constexpr dual<T, K> relu(const dual<T, K>& a) {
  return choose(a.value <= T(0), dual<T, K>(T(0)), a);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
