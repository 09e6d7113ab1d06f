// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

namespace mixcon_train {
inline namespace evaluation {

using mixcon::index_t;

/// The probability that a variable of Student's distribution lies farther from 0 than t; `freedom` >= 1 degrees. Right
/// to about 1e-14, not relatively. Abramowitz and Stegun 1964, 26.7.3 and 26.7.4.
double student_t_two_sided(double t, index_t freedom);

/// The t >= 0 with that probability of lying within [-t, t]; `inside` in (0, 1).
double student_t_bound(double inside, index_t freedom);

}  // namespace evaluation
}  // namespace mixcon_train
