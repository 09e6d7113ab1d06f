// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/stream_losses.cuh"

#include <mixcon/bridge/class_pairs.hpp>
#include <mixcon/contrast/targets/class.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>

namespace mixcon_train {
inline namespace devices {

template <class T>
void add_class_loss(loss_table& to, cuda_queue& queue) {
  using objective = decltype(mixcon::soft_cross_entropy());
  add_loss_of_scores<T, objective, mixcon::class_pair_targets>(to, queue);
  add_loss_of_scores<T, objective, mixcon::class_targets>(to, queue);
}

}  // namespace devices
}  // namespace mixcon_train
