// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The rows that targets say are no anchors: flags of the host, or where the targets have them, of the device.

#include <mixcon/contrast/targets/ignored.hpp>
#include <mixcon/core/tensor_traits.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// Flags of the anchors, or where columns are the anchors, of the candidates. An owner that knows them on the device
/// alone has `skipped_on_device(of_anchors)`, a vector_view<const char> there.
template <bool OfAnchors, class Bound>
vector_view<const char> skipped_rows(const Bound& bound, const mixcon::detail::marked_rows& on_host) {
  if constexpr (requires { bound.skipped_on_device(OfAnchors); })
    return bound.skipped_on_device(OfAnchors);
  else
    return mixcon::view(on_host.flags);
}

}  // namespace mixcon::gpu

MIXCON_STRICT_FLOATS_END
