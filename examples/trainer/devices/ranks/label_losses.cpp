// SPDX-License-Identifier: BSD-3-Clause
#include "devices/ranks/evaluated_rows.hpp"

#include <mixcon/losses/unicon.hpp>

namespace mixcon_train {
inline namespace devices {

void add_label_losses(rank_losses& to) {
  using objective = decltype(mixcon::unicon());
  add_loss_of_rows<objective, mixcon::label_targets>(to);
  add_loss_of_rows<objective, mixcon::segment_targets<mixcon::label_targets, mixcon::every_negative>>(to);
}

}  // namespace devices
}  // namespace mixcon_train
