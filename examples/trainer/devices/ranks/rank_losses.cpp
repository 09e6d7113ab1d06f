// SPDX-License-Identifier: BSD-3-Clause
#include "devices/ranks/rank_losses.hpp"

#include "ranks/together.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/ranks/together.hpp>

namespace mixcon_train {
inline namespace devices {

rank_losses::rank_losses(const rank_group& group) : group_(group) {
  for (const auto add : {add_label_losses, add_softmax_losses, add_cosine_losses, add_distance_losses, add_view_losses,
                         add_class_losses})
    add(*this);
}

value_of_loss rank_losses::evaluate(const loss_call& call) {
  const auto found = by_types_.find(call.types);
  MIXCON_REQUIRE(found != by_types_.end(),
                 "train: a loss of this recipe is not computed over ranks; train it in one process.");
  try {
    return found->second(group_, call);
  } catch (const mixcon::detail::agreed_refusal& refused) {
    throw refused_together(refused.what());
  }
}

}  // namespace devices
}  // namespace mixcon_train
