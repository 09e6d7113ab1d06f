// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What forward saves of a statistic for the backward pass, where the value is all that is needed.

#include <mixcon/core/number/real.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// What the backward pass needs to know of an anchor's statistic, where its value is all.
template <class T>
struct plain_reading {
  T value{};
  /// The same reading on every lane of a U.
  template <class U>
  MIXCON_HD plain_reading<U> spread() const {
    return {U(value)};
  }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
