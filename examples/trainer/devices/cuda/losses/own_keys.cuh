// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/stream_losses.cuh"
#include "devices/two_key_targets.hpp"

#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/moco.hpp>

namespace mixcon_train {
inline namespace devices {

template <class T>
void add_own_key_loss(loss_table& to, cuda_queue& queue) {
  using targets = mixcon::own_targets<two_key_targets, mixcon::every_negative>;
  add_loss_of_rows<T, decltype(mixcon::moco()), targets>(to, queue);
}

}  // namespace devices
}  // namespace mixcon_train
