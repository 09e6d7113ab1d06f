// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/stream_losses.cuh"

#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/moco.hpp>

namespace mixcon_train {
inline namespace devices {

template <class T>
void add_queue_loss(loss_table& to, cuda_queue& queue) {
  add_loss_of_rows<T, decltype(mixcon::moco()), mixcon::queue_targets>(to, queue);
}

}  // namespace devices
}  // namespace mixcon_train
