// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/stream_losses.cuh"

#include <mixcon/contrast/targets/view.hpp>
#include <mixcon/losses/info_nce.hpp>

namespace mixcon_train {
inline namespace devices {

template <class T>
void add_view_loss(loss_table& to, cuda_queue& queue) {
  add_loss_of_rows<T, mixcon::objective<mixcon::info_nce, mixcon::cosine>, mixcon::view_targets>(to, queue);
}

}  // namespace devices
}  // namespace mixcon_train
