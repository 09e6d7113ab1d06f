// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/stream_losses.cuh"

#include <mixcon/losses/i_mix.hpp>

namespace mixcon_train {
inline namespace devices {

template <class T>
void add_pair_loss(loss_table& to, cuda_queue& queue) {
  using targets = mixcon::mixed_targets<mixcon::diagonal_targets>;
  add_loss_of_rows<T, decltype(mixcon::i_mix()), targets>(to, queue);
}

}  // namespace devices
}  // namespace mixcon_train
