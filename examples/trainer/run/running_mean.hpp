// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

namespace mixcon_train {
inline namespace run {

using mixcon::index_t;

/// The mean of what was added since it was last taken: a record's loss. A checkpoint keeps it, so that the record after
/// a pause is that of a run without one.
struct running_mean {
  double sum = 0;
  index_t count = 0;

  void add(double value) { sum += value, ++count; }
  /// The mean, 0 of nothing; begins anew.
  double take() {
    const double mean = count > 0 ? sum / static_cast<double>(count) : 0;
    *this = {};
    return mean;
  }
  friend bool operator==(const running_mean&, const running_mean&) = default;
};

}  // namespace run
}  // namespace mixcon_train
