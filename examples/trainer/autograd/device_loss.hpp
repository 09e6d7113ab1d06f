// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/variable.hpp"
#include "devices/loss_kernels.hpp"

#include <optional>
#include <vector>

namespace mixcon_train {
inline namespace autograd {

namespace detail {

/// Rows of a loss: anchors, candidates, class scores.
struct input_of_loss {
  variable rows;
  bool is_own = false;
  std::optional<mixcon::rows> form{};
};

/// The loss as a variable, computed where its rows lie; empty where their device has no kernels for it, and the host
/// computes it. `anchors_used`, where asked for, becomes the number of anchors that had what the loss needs.
variable loss_on_device(const std::type_index& types, const void* objective, const void* targets,
                        const kept_list<input_of_loss>& inputs, index_t* anchors_used);

/// Gradients that were computed together with a loss, times the one that arrives at it.
pull scaled_slopes(tensor_list slopes);

}  // namespace detail

}  // namespace autograd
}  // namespace mixcon_train
