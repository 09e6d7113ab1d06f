// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/stream_losses.cuh"

#include <mixcon/losses/info_nce.hpp>
#include <mixcon/negatives/negative_list.hpp>

namespace mixcon_train {
inline namespace devices {

template <class T>
void add_listed_loss(loss_table& to, cuda_queue& queue) {
  using objective = mixcon::objective<mixcon::info_nce, mixcon::cosine>;
  add_loss_of_rows<T, objective, mixcon::listed_targets>(to, queue);
}

}  // namespace devices
}  // namespace mixcon_train
