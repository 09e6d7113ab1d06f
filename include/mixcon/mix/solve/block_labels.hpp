// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Gives each block of a grid one of several labels at least cost, by a minimum cut; Puzzle Mix asks for it.

#include <mixcon/mix/solve/max_flow.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The cost of giving each of B x B blocks one of L labels 0 .. L - 1: a cost per block and label, and for each pair of
/// neighbours its strength times the squared difference of the labels' fractions l / (L - 1). Integers, so that the
/// minimum is the same everywhere.
struct block_energy {
  index_t blocks = 1;                // B, a side
  index_t labels = 2;                // L >= 2
  std::vector<std::int64_t> unary;   // (B, B, L)
  std::vector<std::int64_t> down;    // (B - 1, B): between a block and the one below
  std::vector<std::int64_t> across;  // (B, B - 1): between a block and the one to its right

  std::int64_t cost(index_t block, index_t label) const {
    return unary[static_cast<std::size_t>(block * labels + label)];
  }
  /// Calls f(block, neighbour, strength) for every pair of neighbours.
  template <class F>
  void for_each_pair(F&& f) const {
    for (index_t r = 0; r < blocks; ++r)
      for (index_t c = 0; c < blocks; ++c) {
        const index_t block = r * blocks + c;
        if (r + 1 < blocks) f(block, block + blocks, down[static_cast<std::size_t>(block)]);
        if (c + 1 < blocks) f(block, block + 1, across[static_cast<std::size_t>(r * (blocks - 1) + c)]);
      }
  }
  /// (L - 1)^2 times the energy of a labelling (B * B).
  std::int64_t scaled(const std::vector<index_t>& labelling) const {
    const std::int64_t unit = (labels - 1) * (labels - 1);
    std::int64_t sum = 0;
    for (index_t b = 0; b < blocks * blocks; ++b) sum += unit * cost(b, labelling[static_cast<std::size_t>(b)]);
    for_each_pair([&](index_t a, index_t b, std::int64_t strength) {
      const index_t apart = labelling[static_cast<std::size_t>(a)] - labelling[static_cast<std::size_t>(b)];
      sum += strength * apart * apart;
    });
    return sum;
  }
};

namespace detail {

/// The exact minimum for strengths >= 0, of which negative ones are taken as 0: one node for "label >= k" of each
/// block, and squared differences as products of nodes.
inline std::vector<index_t> labelling_by_cut(const block_energy& energy) {
  const index_t steps = energy.labels - 1, count = energy.blocks * energy.blocks;
  const auto node = [&](index_t block, index_t k) { return block * steps + k; };  // k = 0: label >= 1
  constexpr std::int64_t forbidden = INT64_MAX / 4;
  std::vector<std::int64_t> price(static_cast<std::size_t>(count * steps));  // of label >= k + 1
  flow_network network(count * steps);
  for (index_t b = 0; b < count; ++b)
    for (index_t k = 0; k < steps; ++k) {
      price[static_cast<std::size_t>(node(b, k))] += steps * steps * (energy.cost(b, k + 1) - energy.cost(b, k));
      if (k > 0) network.connect(node(b, k), node(b, k - 1), forbidden);  // label >= k + 1 needs label >= k
    }
  energy.for_each_pair([&](index_t a, index_t b, std::int64_t strength) {
    if (strength <= 0) return;
    for (index_t k = 0; k < steps; ++k) {
      price[static_cast<std::size_t>(node(a, k))] += strength * (2 * k + 1 - steps);
      price[static_cast<std::size_t>(node(b, k))] += strength * (2 * k + 1 - steps);
      for (index_t m = 0; m < steps; ++m) network.connect(node(a, k), node(b, m), strength, strength);
    }
  });
  for (index_t n = 0; n < count * steps; ++n) network.charge_sink_side(n, -price[static_cast<std::size_t>(n)]);
  const std::vector<char> above = network.cut();
  std::vector<index_t> labelling(static_cast<std::size_t>(count));
  for (index_t b = 0; b < count; ++b)
    for (index_t k = 0; k < steps; ++k)
      labelling[static_cast<std::size_t>(b)] += above[static_cast<std::size_t>(node(b, k))];
  return labelling;
}

/// Changes one block after another to its best label until none gains.
inline void descend(const block_energy& energy, std::vector<index_t>& labelling) {
  for (bool gained = true; gained;) {
    gained = false;
    for (index_t& label : labelling) {
      const index_t before = label;
      std::int64_t least = energy.scaled(labelling);
      index_t best = before;
      for (label = 0; label < energy.labels; ++label) {
        const std::int64_t found = energy.scaled(labelling);
        if (found < least) least = found, best = label, gained = true;
      }
      label = best;
    }
  }
}

}  // namespace detail

/// The labels (B * B) of least energy: the global minimum, by one minimum cut, where no pair's strength is negative;
/// else a local one, which is better than that of the pairs that attract each other alone.
inline std::vector<index_t> best_labels(const block_energy& energy) {
  std::vector<index_t> labelling = detail::labelling_by_cut(energy);
  bool repels = false;
  energy.for_each_pair([&](index_t, index_t, std::int64_t strength) { repels = repels || strength < 0; });
  if (repels) detail::descend(energy, labelling);
  return labelling;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
