// SPDX-License-Identifier: BSD-3-Clause
#include "data/epoch_order.hpp"

#include <mixcon/mix/draw/draws.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <utility>

namespace mixcon_train {
inline namespace data {

namespace {

/// The labels along an order, cut into batches.
struct labelled_order {
  const std::vector<int>& labels;
  const std::vector<index_t>& order;
  index_t batch;

  index_t samples() const { return std::ssize(order); }
  index_t batches() const { return samples() / batch; }
  int label(index_t place) const { return labels[static_cast<std::size_t>(order[static_cast<std::size_t>(place)])]; }
  /// How many samples of a batch are of another class.
  index_t others(index_t number, int than) const {
    index_t count = 0;
    for (index_t place = number * batch; place < (number + 1) * batch; ++place) count += label(place) != than ? 1 : 0;
    return count;
  }
  /// A place whose sample is of another class and can be spared: the first one from `from` on, then around.
  index_t spare(index_t from, int other_than) const {
    for (index_t step = 0; step < samples(); ++step) {
      const index_t place = (from + step) % samples(), number = place / batch;
      if (label(place) != other_than && (number >= batches() || others(number, other_than) >= 2)) return place;
    }
    return from;
  }
};

}  // namespace

void draw_epoch_order(std::uint64_t seed, std::uint64_t epoch, std::vector<index_t>& order) {
  const mixcon::philox_draws draws{.seed = seed, .step = epoch};
  draws.within("loader").permutation("order", {order.data(), {std::ssize(order)}});
}

bool every_batch_can_mix_classes(const std::vector<int>& labels, index_t batch) {
  std::map<int, index_t> counts;
  for (const int label : labels) ++counts[label];
  index_t largest = 0;
  for (const auto& [label, count] : counts) largest = std::max(largest, count);
  return batch >= 2 && std::ssize(labels) - largest >= std::ssize(labels) / batch;
}

void mix_classes(const std::vector<int>& labels, index_t batch, std::vector<index_t>& order) {
  const labelled_order seen{labels, order, batch};
  for (index_t number = 0; number < seen.batches(); ++number) {
    const index_t last = (number + 1) * batch - 1;
    const int only = seen.label(last);
    if (seen.others(number, only) > 0) continue;
    const index_t spare = seen.spare((last + 1) % seen.samples(), only);
    std::swap(order[static_cast<std::size_t>(last)], order[static_cast<std::size_t>(spare)]);
  }
}

}  // namespace data
}  // namespace mixcon_train
