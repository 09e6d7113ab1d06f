// SPDX-License-Identifier: BSD-3-Clause
// Checks that options of views share. Sentences speak of flags, as the user gave them.
#pragma once

#include <mixcon/core/require.hpp>

namespace mixcon_train {
inline namespace data {

/// Refuses a value outside of [low, high], or NaN: "--flip: 1.5; expected 0 to 1."
template <class Number>
void check_within(const char* function, const char* flag, Number value, Number low, Number high) {
  MIXCON_REQUIRE(low <= value && value <= high, function, ": ", flag, ": ", value, "; expected ", low, " to ", high,
                 ".");
}

/// Refuses two ends of a range in the wrong order, or one that is not above 0.
inline void check_ends(const char* function, const char* low_flag, double low, const char* high_flag, double high,
                       double highest) {
  MIXCON_REQUIRE(0 < low && low <= high && high <= highest, function, ": ", low_flag, ": ", low, ", and ", high_flag,
                 ": ", high, "; expected the first above 0, the second at least as large, and both at most ", highest,
                 ".");
}

}  // namespace data
}  // namespace mixcon_train
