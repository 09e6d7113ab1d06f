// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `gpu::saved`: what a forward pass on the device leaves for backward, in memory of the caller's.

#include <mixcon/contrast/doors.hpp>

#include <cstddef>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::gpu {

/// What `forward` leaves for `backward` on a gpu::stream: O(N) numbers in device memory that the caller owns, of as
/// many bytes as `gpu::saved_bytes(call...)` says, at an address that is a multiple of 256. One object serves any
/// number of calls. Default-made, its numbers lie in the stream's workspace, until the next call takes that.
struct saved {
  void* memory = nullptr;  // of the device
  std::size_t bytes = 0;

  // What forward noted, by which backward knows that it is of its call.
  const void* call = nullptr;
  index_t anchors = 0, candidates = 0;
};

}  // namespace mixcon::gpu

namespace mixcon::detail {
template <>
inline constexpr bool is_part_of_call<gpu::saved> = true;
}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
