// SPDX-License-Identifier: BSD-3-Clause
#include "devices/ranks/evaluated_rows.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/view.hpp>
#include <mixcon/losses/i_mix.hpp>
#include <mixcon/losses/info_nce.hpp>

namespace mixcon_train {
inline namespace devices {

void add_view_losses(rank_losses& to) {
  add_loss_of_rows<mixcon::objective<mixcon::info_nce, mixcon::cosine>, mixcon::view_targets>(to);
  add_loss_of_rows<decltype(mixcon::i_mix(0.1)), mixcon::mixed_targets<mixcon::diagonal_targets>>(to);
}

}  // namespace devices
}  // namespace mixcon_train
