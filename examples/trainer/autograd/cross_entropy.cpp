// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/cross_entropy.hpp"

#include "autograd/class_loss_node.hpp"

#include <mixcon/bridge/class_pairs.hpp>
#include <mixcon/contrast/targets/class.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>

namespace mixcon_train {
inline namespace autograd {

variable cross_entropy(const variable& logits, const mixcon::pair_targets& targets) {
  return class_score_loss(mixcon::soft_cross_entropy(), mixcon::class_pair_targets(targets), logits);
}
variable cross_entropy(const variable& logits, const mixcon::integer_view& labels) {
  return class_score_loss(mixcon::soft_cross_entropy(), mixcon::class_targets{labels}, logits);
}
variable cross_entropy(const variable& logits, const std::vector<int>& labels) {
  return cross_entropy(logits, mixcon::integer_view(labels));
}

}  // namespace autograd
}  // namespace mixcon_train
