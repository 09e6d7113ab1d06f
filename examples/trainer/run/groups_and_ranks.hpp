// SPDX-License-Identifier: BSD-3-Clause
// Settings of a run that is divided: into groups of samples that are normalised apart, and over ranks.
#pragma once

#include "ranks/rank_group.hpp"
#include "run/settings.hpp"

namespace mixcon_train {
inline namespace run {

/// Refuses a --norm-groups that does not divide the batch.
void require_groups(const settings& chosen);
/// Refuses what ranks cannot train together, before anything is written.
void require_trainable_over(const rank_group& ranks, const settings& chosen);

}  // namespace run
}  // namespace mixcon_train
