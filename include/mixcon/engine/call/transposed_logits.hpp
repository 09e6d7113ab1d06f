// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The logits of a call seen from its candidates.

#include <mixcon/contrast/candidate_lanes.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The logits when anchors and candidates have changed places.
template <class Logits>
struct transposed_logits {
  Logits logits;
  template <class T>
  MIXCON_HD T factor(index_t anchor, index_t candidate) const {
    return each_lane<T>([&](int k) { return logits.template factor<scalar_of<T>>(candidate + k, anchor); });
  }
  template <class T>
  MIXCON_HD T offset(index_t anchor, index_t candidate) const {
    return each_lane<T>([&](int k) { return logits.template offset<scalar_of<T>>(candidate + k, anchor); });
  }
  MIXCON_HD double own_offset() const { return logits.own_offset(); }
};
/// Logits that do not tell the two orders of a pair apart are their own transposed ones.
template <class Logits>
auto transposed(const Logits& logits) {
  if constexpr (requires { Logits::is_symmetric; })
    return logits;
  else
    return transposed_logits<Logits>{logits};
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
