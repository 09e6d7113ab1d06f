// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The minimum cut of a network with integer capacities, by Dinic's algorithm.

#include <mixcon/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// A network between a source and a sink with integer capacities; the minimum cut by Dinic's algorithm.
class flow_network {
 public:
  explicit flow_network(index_t inner_nodes)
      : first_(static_cast<std::size_t>(inner_nodes + 2), -1), source_(inner_nodes), sink_(inner_nodes + 1) {}

  index_t source() const { return source_; }
  index_t sink() const { return sink_; }

  /// An arc, and one back.
  void connect(index_t from, index_t to, std::int64_t capacity, std::int64_t back = 0) {
    if (capacity == 0 && back == 0) return;
    add(from, to, capacity);
    add(to, from, back);
  }
  /// What it costs when the node is on the sink's side (cost > 0) or, less that, on the source's (cost < 0).
  void charge_sink_side(index_t node, std::int64_t cost) {
    cost > 0 ? connect(source_, node, cost) : connect(node, sink_, -cost);
  }

  /// Saturates the network. Returns for each inner node whether it is on the source's side of the cut, the smallest
  /// such set where there are several.
  std::vector<char> cut() {
    while (find_levels())
      for (next_ = first_; push(source_, unbounded) > 0;) {
      }
    std::vector<char> side;
    for (index_t node = 0; node < source_; ++node) side.push_back(level(node) >= 0);
    return side;
  }

 private:
  static constexpr std::int64_t unbounded = INT64_MAX;
  struct arc {
    index_t to, next;
    std::int64_t capacity;
  };

  void add(index_t from, index_t to, std::int64_t capacity) {
    index_t& first = first_[static_cast<std::size_t>(from)];
    arcs_.push_back({to, first, capacity});
    first = static_cast<index_t>(arcs_.size()) - 1;
  }
  index_t& level(index_t node) { return level_[static_cast<std::size_t>(node)]; }

  bool find_levels() {
    level_.assign(first_.size(), -1);
    level(source_) = 0;
    std::vector<index_t> reached{source_};
    for (std::size_t k = 0; k < reached.size(); ++k)
      for (index_t a = first_[static_cast<std::size_t>(reached[k])]; a >= 0;) {
        const arc& out = arcs_[static_cast<std::size_t>(a)];
        if (out.capacity > 0 && level(out.to) < 0) {
          level(out.to) = level(reached[k]) + 1;
          reached.push_back(out.to);
        }
        a = out.next;
      }
    return level(sink_) >= 0;
  }

  /// Pushes along one path of rising levels; returns how much. Paths are as long as the network is deep: a few hundred.
  std::int64_t push(index_t node, std::int64_t most) {  // NOLINT(misc-no-recursion)
    if (node == sink_) return most;
    for (index_t& a = next_[static_cast<std::size_t>(node)]; a >= 0; a = arcs_[static_cast<std::size_t>(a)].next) {
      arc& out = arcs_[static_cast<std::size_t>(a)];
      if (out.capacity <= 0 || level(out.to) != level(node) + 1) continue;
      const std::int64_t pushed = push(out.to, most < out.capacity ? most : out.capacity);
      if (pushed == 0) continue;
      out.capacity -= pushed;
      arcs_[static_cast<std::size_t>(a ^ 1)].capacity += pushed;
      return pushed;
    }
    return 0;
  }

  std::vector<index_t> first_, next_, level_;
  std::vector<arc> arcs_;
  index_t source_, sink_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
