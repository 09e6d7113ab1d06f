// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/cuda/stream_losses.cuh"

#include <mixcon/losses/infinite_class_mixup.hpp>

namespace mixcon_train {
inline namespace devices {

template <class T>
void add_mixed_class_loss(loss_table& to, cuda_queue& queue) {
  using objective = mixcon::objective<mixcon::info_nce, mixcon::dot_product>;
  add_loss_of_rows<T, objective, mixcon::detail::numbered_diagonal>(to, queue);
}

}  // namespace devices
}  // namespace mixcon_train
