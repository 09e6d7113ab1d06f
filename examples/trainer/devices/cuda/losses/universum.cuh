// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/stream_losses.cuh"

#include <mixcon/losses/unicon.hpp>

namespace mixcon_train {
inline namespace devices {

template <class T>
void add_universum_loss(loss_table& to, cuda_queue& queue) {
  using targets = mixcon::segment_targets<mixcon::label_targets, mixcon::every_negative>;
  add_loss_of_rows<T, mixcon::objective<mixcon::info_nce, mixcon::cosine>, targets>(to, queue);
}

}  // namespace devices
}  // namespace mixcon_train
