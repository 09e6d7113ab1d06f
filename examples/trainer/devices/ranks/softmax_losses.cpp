// SPDX-License-Identifier: BSD-3-Clause
#include "devices/ranks/evaluated_rows.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/group_softmax.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/supcon_inside.hpp>

namespace mixcon_train {
inline namespace devices {

namespace {

template <class Formula>
void add(rank_losses& to) {
  add_loss_of_rows<mixcon::objective<Formula, mixcon::cosine>, mixcon::label_targets>(to);
}

}  // namespace

void add_softmax_losses(rank_losses& to) {
  add<mixcon::decoupled>(to);
  add<mixcon::group_softmax>(to);
  add<mixcon::hard_negative>(to);
  add<mixcon::supcon_inside>(to);
}

}  // namespace devices
}  // namespace mixcon_train
