// SPDX-License-Identifier: BSD-3-Clause
#include "devices/ranks/evaluated_rows.hpp"

#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/group_softmax.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/supcon_inside.hpp>
#include <mixcon/losses/unicon.hpp>

namespace mixcon_train {
inline namespace devices {

namespace {

template <class Formula>
void add(rank_losses& to) {
  add_loss_of_rows<mixcon::objective<Formula, mixcon::cosine>, mixcon::label_targets>(to);
}

}  // namespace

void add_label_losses(rank_losses& to) {
  add<mixcon::info_nce>(to);
  add<mixcon::decoupled>(to);
  add<mixcon::group_softmax>(to);
  add<mixcon::hard_negative>(to);
  add<mixcon::supcon_inside>(to);
  add_loss_of_rows<mixcon::objective<mixcon::info_nce, mixcon::cosine>,
                   mixcon::segment_targets<mixcon::label_targets, mixcon::every_negative>>(to);
}

}  // namespace devices
}  // namespace mixcon_train
