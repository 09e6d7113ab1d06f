// SPDX-License-Identifier: BSD-3-Clause
// The losses of queries against the keys of a batch and past ones where ranks share out the queries, and each has all
// keys.
#pragma once

#include "ranks/batch_share.hpp"
#include "recipes/virtual_labels.hpp"

namespace mixcon_train {
inline namespace recipes {

/// moco_n_loss of all ranks' queries. Labels are of the batch, queries (n, D) of this rank's share; keys (N, D) of the
/// batch and past keys (M, D), unit rows, are the same on every rank, and constants.
variable moco_n_loss_over_ranks(recipe_loss& made, double temperature, const virtual_labels& labels,
                                const variable& queries, const variable& keys, const variable& past,
                                const batch_share& share);
/// moco_loss, likewise.
variable moco_loss_over_ranks(recipe_loss& made, double temperature, const virtual_labels& labels,
                              const variable& queries, const variable& keys, const variable& past,
                              const batch_share& share);

}  // namespace recipes
}  // namespace mixcon_train
