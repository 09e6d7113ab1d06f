// SPDX-License-Identifier: BSD-3-Clause
#include "devices/ranks/evaluated_rows.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/batch_hard_triplet.hpp>
#include <mixcon/losses/contrastive_margin.hpp>
#include <mixcon/losses/lifted_structure.hpp>
#include <mixcon/losses/nca.hpp>
#include <mixcon/losses/triplet_margin.hpp>

namespace mixcon_train {
inline namespace devices {

namespace {

template <class Formula>
void add(rank_losses& to) {
  add_loss_of_rows<mixcon::objective<Formula, mixcon::negative_distance>, mixcon::label_targets>(to);
}

}  // namespace

void add_distance_losses(rank_losses& to) {
  add<mixcon::batch_hard_triplet>(to);
  add<mixcon::contrastive_margin>(to);
  add<mixcon::lifted_structure>(to);
  add<mixcon::triplet_margin>(to);
  add_loss_of_rows<decltype(mixcon::nca()), mixcon::label_targets>(to);
}

}  // namespace devices
}  // namespace mixcon_train
