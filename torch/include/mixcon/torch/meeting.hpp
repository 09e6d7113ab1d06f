// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How a call of torch meets the other processes of its executor, where it has others: before anything is computed.

#include <mixcon/core/config.hpp>

#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// A call of one process, which meets nobody.
template <class Engine>
class torch_meeting {
  static_assert(
      !requires { Engine::is_divided; }, "mixcon: include mixcon/torch/ranks.hpp for torch_loss over ranks");

 public:
  explicit torch_meeting(const Engine&) {}
  /// The whole call: work(), which settles once, when its own arguments are checked.
  template <class Work>
  auto over(Work&& work) {
    return (std::forward<Work>(work))();
  }
  /// Whether gradients are computed, where this process wants them or not.
  bool settle(bool wants_gradients) { return wants_gradients; }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
