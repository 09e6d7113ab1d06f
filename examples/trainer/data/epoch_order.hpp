// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>

#include <cstdint>
#include <vector>

namespace mixcon_train {
inline namespace data {

using mixcon::index_t;

/// Fills `order` (N) with the order in which an epoch visits the samples: a random one, of seed and epoch alone.
void draw_epoch_order(std::uint64_t seed, std::uint64_t epoch, std::vector<index_t>& order);

/// Whether N samples with these labels can be cut into batches of which each holds two classes at least: batches of two
/// or more, and outside of the largest class one sample a batch.
bool every_batch_can_mix_classes(const std::vector<int>& labels, index_t batch);

/// Makes every batch of an order hold at least two classes: one of a single class exchanges its last sample with a
/// batch that can spare one, or with what is left at the end. Batches that already do keep their samples unless they
/// give one away. Needs every_batch_can_mix_classes.
void mix_classes(const std::vector<int>& labels, index_t batch, std::vector<index_t>& order);

}  // namespace data
}  // namespace mixcon_train
