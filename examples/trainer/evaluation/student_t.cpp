// SPDX-License-Identifier: BSD-3-Clause
#include "evaluation/student_t.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mixcon_train {
inline namespace evaluation {

double student_t_two_sided(double t, index_t freedom) {
  MIXCON_REQUIRE(freedom >= 1 && !std::isnan(t), "student_t_two_sided: t is ", t, " and there are ", freedom,
                 " degrees of freedom; expected a number, and at least one.");
  const double n = static_cast<double>(freedom), angle = std::atan(std::fabs(t) / std::sqrt(n));
  const double sine = std::sin(angle), cosine = std::cos(angle), square = cosine * cosine;
  // Sum of products of (k - 1) / k cos^2, over the k of the parity of `freedom` below it.
  const bool odd = freedom % 2 == 1;
  double term = 1, sum = freedom == 1 ? 0 : 1;
  for (index_t k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    const double step = static_cast<double>(k);
    term *= square * (step - 1) / step;
    sum += term;
  }
  const double inside = odd ? 2 / std::numbers::pi * (angle + sine * cosine * sum) : sine * sum;
  return std::clamp(1 - inside, 0.0, 1.0);
}

double student_t_bound(double inside, index_t freedom) {
  MIXCON_REQUIRE(inside > 0 && inside < 1, "student_t_bound: ", inside,
                 " is no probability between 0 and 1, both left out.");
  double low = 0, high = 1;
  while (1 - student_t_two_sided(high, freedom) < inside && high < 1e300) high *= 2;
  for (int halving = 0; halving < 200 && high - low > 1e-15 * high; ++halving) {
    const double middle = (low + high) / 2;
    (1 - student_t_two_sided(middle, freedom) < inside ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace evaluation
}  // namespace mixcon_train
