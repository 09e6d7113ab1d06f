// SPDX-License-Identifier: BSD-3-Clause
// What ranks exchange in a step beside their losses and batch statistics, and how they share a machine.
#pragma once

#include "data/loader.hpp"
#include "nn/module.hpp"
#include "ranks/rank_group.hpp"

#include <vector>

namespace mixcon_train {
inline namespace run {

/// Sets the images of the samples that other ranks have made views of.
void gather_images(const rank_group& group, batch& of_step);

/// Puts the sum over ranks in the place of each parameter's gradient: that of the whole batch.
void add_up_gradients(const rank_group& group, const std::vector<parameter>& parameters);

/// Puts the mean over ranks in the place of each tensor: running statistics that follow a group of samples a rank.
void average_over(const rank_group& group, const std::vector<state_tensor>& state);

/// State before a step, to tell what the step changes: running statistics that follow, not queues and momentum copies,
/// which are the same on all ranks.
class state_values {
 public:
  state_values() = default;
  explicit state_values(const std::vector<state_tensor>& state);
  /// Those of `state`, the same tensors later, that have another value now.
  std::vector<state_tensor> changed_in(const std::vector<state_tensor>& state) const;

 private:
  std::vector<tensor> before_{};
};

/// The rows of the views of all samples, (V * N, width), of each rank's (V * n, width): view by view, as in one
/// process.
std::vector<float> rows_of_batch(const rank_group& group, const std::vector<float>& mine, index_t width, index_t views);

/// Whether one rank says yes.
bool any_of(const rank_group& group, bool mine);

/// How many threads each rank can have of the processors that it may run on, which it shares with the ranks of this
/// machine that are bound to the same ones: at least 1.
int threads_of_rank(const rank_group& group);

}  // namespace run
}  // namespace mixcon_train
