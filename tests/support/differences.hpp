// SPDX-License-Identifier: BSD-3-Clause
// Gradients by central differences: what the engines' gradients are checked against.
#pragma once

#include "support/agreement.hpp"
#include "support/catch.hpp"

#include <string>

namespace mixcon_test {

/// The derivative of `loss()` by `x`, from four values around it (the error falls with step^4). Restores x.
template <class Number, class Loss>
long double derivative_by(Number& x, double step, Loss&& loss) {
  const Number at = x, h = static_cast<Number>(step);
  const auto value_at = [&](Number there) {
    x = there;
    return static_cast<long double>(loss());
  };
  const long double near = value_at(at + h) - value_at(at - h), far = value_at(at + 2 * h) - value_at(at - 2 * h);
  x = at;
  return (8 * near - far) / (12 * static_cast<long double>(h));
}

/// The same for every entry.
template <class Number, class Loss>
matrix<long double> derivative_by(matrix<Number>& m, double step, Loss&& loss) {
  matrix<long double> all(m.rows(), m.width());
  for (std::size_t i = 0; i < m.entries().size(); ++i) all.entries()[i] = derivative_by(m.entries()[i], step, loss);
  return all;
}

/// Checks a gradient entry by entry: 1e-8, or `relative` of the entry.
template <class T>
void check_gradient(const std::string& name, const matrix<T>& gradient, const matrix<long double>& expected,
                    long double relative = 1e-6L) {
  INFO(name << " gradient\n" << gradient << "\nexpected\n" << expected);
  REQUIRE(gradient.rows() == expected.rows());
  REQUIRE(gradient.width() == expected.width());
  bool agrees = true;
  for (std::size_t i = 0; i < expected.entries().size(); ++i) {
    const long double error = error_of(gradient.entries()[i], expected.entries()[i]);
    agrees = agrees && error <= 1e-8L + relative * std::fabs(expected.entries()[i]);
  }
  CHECK(agrees);
}
inline void check_gradient(const std::string& name, double gradient, long double expected,
                           long double relative = 1e-6L) {
  INFO(name << " gradient " << gradient << ", expected " << expected);
  CHECK(error_of(gradient, expected) <= 1e-8L + relative * std::fabs(expected));
}

}  // namespace mixcon_test
