// SPDX-License-Identifier: BSD-3-Clause
#include "devices/ranks/evaluated_rows.hpp"

#include <mixcon/contrast/logits.hpp>
#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/circle.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/nt_xent_per_pair.hpp>
#include <mixcon/losses/siglip.hpp>

namespace mixcon_train {
inline namespace devices {

void add_cosine_losses(rank_losses& to) {
  using mixcon::cosine, mixcon::label_targets, mixcon::objective;
  add_loss_of_rows<objective<mixcon::circle, cosine>, label_targets>(to);
  add_loss_of_rows<objective<mixcon::multi_similarity, cosine>, label_targets>(to);
  add_loss_of_rows<objective<mixcon::nt_xent_per_pair, cosine>, label_targets>(to);
  add_loss_of_rows<decltype(objective{mixcon::siglip{}, cosine{}, mixcon::plain_logits{.bias = 0}}), label_targets>(to);
}

}  // namespace devices
}  // namespace mixcon_train
