// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// An index that knows the training step at which it was built, and refuses a search when it is too old.

#include <mixcon/core/require.hpp>
#include <mixcon/negatives/search/neighbour_index.hpp>

#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// An index of embeddings, with the steps of training at which it was built anew: as the network moves on, its rows
/// are no longer what the network would make of the samples. Xiong et al. 2020, arXiv:2007.00808, rebuild theirs while
/// training goes on.
///
///   dated_index held(make_index(bank), 0, 1000);                    // at most 1000 steps old
///   const auto hard = approximate_top_k{.k = 16}(tiled{}, held.at(step), z);
///   if (held.age(step) >= 500) held.rebuild(make_index(bank), step);
template <NeighbourIndex Index>
class dated_index {
 public:
  dated_index(Index built, index_t step, index_t oldest)
      : index_((std::move)(built)), oldest_(oldest), rebuilds_{step} {
    MIXCON_REQUIRE(oldest >= 0, "dated_index: an age of at most ", oldest, " steps; expected at least 0");
  }

  /// Takes an index of the rows of this step in place of the one held.
  void rebuild(Index built, index_t step) {
    MIXCON_REQUIRE(step >= rebuilds_.back(), "dated_index: a rebuild at step ", step, " after one at step ",
                   rebuilds_.back(), "; expected steps that ascend");
    index_ = (std::move)(built);
    rebuilds_.push_back(step);
  }

  /// The index, to be searched at this step; refused if it is too old.
  const Index& at(index_t step) const {
    MIXCON_REQUIRE(age(step) <= oldest_, "dated_index: at step ", step, " the index of step ", rebuilds_.back(), " is ",
                   age(step), " steps old; expected at most ", oldest_,
                   ". Rebuild it from current rows, or allow a greater age");
    return index_;
  }
  /// The index, to add or remove rows; its date stays.
  Index&(index)() { return index_; }

  /// Steps since the last rebuild.
  index_t age(index_t step) const {
    MIXCON_REQUIRE(step >= rebuilds_.back(), "dated_index: asked at step ", step, ", before the index of step ",
                   rebuilds_.back(), " was built; expected the present step");
    return step - rebuilds_.back();
  }
  /// The step of each rebuild, the first being that of the index it began with.
  const std::vector<index_t>& rebuilds() const { return rebuilds_; }

 private:
  Index index_;
  index_t oldest_;
  std::vector<index_t> rebuilds_;
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
