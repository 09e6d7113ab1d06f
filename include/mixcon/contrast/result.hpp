// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What a call of a loss returns: the value, and how many anchors counted.

#include <mixcon/core/config.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The value of a loss, and how many anchors had the positives (and negatives) that it needs. Converts to the value.
template <class T>
struct loss_result {
  T value{};
  index_t anchors_used = 0;
  constexpr operator T() const { return value; }  // NOLINT(google-explicit-constructor)
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
