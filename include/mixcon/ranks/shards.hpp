// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Which rows each rank holds, and how rows are numbered over all ranks.

#include <mixcon/ranks/together.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// How many rows a rank holds: anchors, and candidates that all anchors see.
struct shard {
  index_t anchors = 0, candidates = 0;
};

/// Rows of one rank, `count` from its row `first` on.
struct part_of_rows {
  index_t rank = 0, first = 0, count = 0;
};

/// The rows of all ranks. Over all ranks, rows are numbered in the ranks' order: those of rank r follow those of r - 1.
class shards {
 public:
  shards(index_t me, const std::vector<shard>& each) : me_(me), each_(each), first_{shard{}} {
    for (const shard& of_rank : each)
      first_.push_back({first_.back().anchors + of_rank.anchors, first_.back().candidates + of_rank.candidates});
  }

  index_t me() const { return me_; }
  index_t ranks() const { return static_cast<index_t>(each_.size()); }
  const shard& of(index_t rank) const { return each_[static_cast<std::size_t>(rank)]; }
  const shard& mine() const { return of(me_); }
  /// The numbers of rank r's first rows among all.
  const shard& first(index_t rank) const { return first_[static_cast<std::size_t>(rank)]; }
  const shard& all() const { return first_.back(); }
  /// The same anchors against candidates that are a part of these, so many on each rank.
  shards with_candidates(const std::vector<index_t>& counts) const {
    std::vector<shard> part = each_;
    for (std::size_t r = 0; r < part.size(); ++r) part[r].candidates = counts[r];
    return {me_, part};
  }

 private:
  index_t me_;
  std::vector<shard> each_, first_;
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
