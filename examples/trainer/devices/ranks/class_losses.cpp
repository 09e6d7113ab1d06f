// SPDX-License-Identifier: BSD-3-Clause
#include "devices/host_numbers.hpp"
#include "devices/ranks/rank_losses.hpp"
#include "ranks/sums.hpp"

#include <mixcon/bridge/class_pairs.hpp>
#include <mixcon/contrast/targets/class.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/given_logits.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>

#include <vector>

namespace mixcon_train {
inline namespace devices {

namespace {

/// A mean over samples of what each says alone: the ranks' means, by how many samples each has.
template <class Objective, class Targets>
value_of_loss evaluate_scores(const rank_group& group, const loss_call& call) {
  const auto& objective = *static_cast<const Objective*>(call.objective);
  const auto& targets = *static_cast<const Targets*>(call.targets);
  const shape& extents = call.rows[0].rows.extents();
  const mixcon::axes<2> axes{extents[0], extents[1]};
  const mixcon::matrix_view<const float> scores(numbers_of<float>(call.rows[0].rows), axes);
  const mixcon::given_logits<float> logits(scores);
  mixcon::gradients<float> wanted;
  float* const slopes = call.rows[0].slopes ? numbers_of<float>(call.rows[0].slopes) : nullptr;
  if (slopes != nullptr) wanted.logits = mixcon::matrix_view<float>(slopes, axes);
  const mixcon::tiled engine{.threads = call.rows[0].rows.on().threads()};
  const auto mine = mixcon::value_and_grad(engine, objective, targets, logits, wanted);
  const double used = static_cast<double>(mine.anchors_used);
  std::vector<double> sums{used * static_cast<double>(mine.value), used};
  add_over(group, sums);
  const double share = sums[1] > 0 ? used / sums[1] : 0;
  if (slopes != nullptr)
    for (index_t k = 0; k < extents.size(); ++k) slopes[k] = static_cast<float>(share * static_cast<double>(slopes[k]));
  return {sums[1] > 0 ? sums[0] / sums[1] : 0, static_cast<index_t>(sums[1])};
}

template <class Targets>
void add(rank_losses& to) {
  using objective = decltype(mixcon::soft_cross_entropy());
  to.add(typeid(loss_of_scores<objective, Targets>), &evaluate_scores<objective, Targets>);
}

}  // namespace

void add_class_losses(rank_losses& to) {
  add<mixcon::class_targets>(to);
  add<mixcon::class_pair_targets>(to);
}

}  // namespace devices
}  // namespace mixcon_train
