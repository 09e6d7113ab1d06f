// SPDX-License-Identifier: BSD-3-Clause
// Losses of the rows of all ranks: each rank has the value of the whole batch, and the gradients by its own rows.
#pragma once

#include "devices/loss_kernels.hpp"
#include "ranks/rank_group.hpp"

#include <functional>
#include <string>
#include <unordered_map>
#include <utility>

namespace mixcon_train {
inline namespace devices {

/// The losses that can be computed over ranks, in float; any other one is refused, since what it says of a rank's own
/// rows is not the loss of the batch. Where the rows of a rank lie, its device's threads compute.
class rank_losses final : public loss_kernels {
 public:
  using evaluation = std::function<value_of_loss(const rank_group&, const loss_call&)>;

  /// Of ranks that outlive it.
  explicit rank_losses(const rank_group& group);

  bool has(std::type_index /*types*/) const override { return true; }
  value_of_loss evaluate(const loss_call& call) override;

  void add(std::type_index types, evaluation by) { by_types_.insert_or_assign(types, std::move(by)); }

 private:
  const rank_group& group_;
  std::unordered_map<std::type_index, evaluation> by_types_{};
};

// Each of these is a source of its own, so that none takes long to compile.
void add_label_losses(rank_losses& to);     ///< InfoNCE over label_targets: SupCon, UniCon
void add_softmax_losses(rank_losses& to);   ///< other softmax losses over label_targets
void add_cosine_losses(rank_losses& to);    ///< other formulas of cosines over label_targets
void add_distance_losses(rank_losses& to);  ///< of distances over label_targets
void add_view_losses(rank_losses& to);      ///< over view_targets, and of virtual labels: SimCLR, N-pair, i-Mix
void add_class_losses(rank_losses& to);     ///< cross entropy, with mixed labels too

}  // namespace devices
}  // namespace mixcon_train
