// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/stream_losses.cuh"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/moco.hpp>

namespace mixcon_train {
inline namespace devices {

template <class T>
void add_batch_key_loss(loss_table& to, cuda_queue& queue) {
  using batch = mixcon::mixed_targets<mixcon::diagonal_targets>;
  using targets = mixcon::segment_targets<batch, mixcon::every_negative>;
  add_loss_of_rows<T, decltype(mixcon::moco_n()), targets>(to, queue);
}

}  // namespace devices
}  // namespace mixcon_train
