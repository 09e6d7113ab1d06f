// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Where what other parts of a divided call know enters: a part has some of the anchors, and meets the candidates block
// by block. A call that is not divided is one part.

#include <mixcon/engine/call/problem.hpp>
#include <mixcon/engine/call/shifted.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The one part of a call that is not divided. An executor whose anchors lie in several processes hands
/// `loss_of_states` a struct of its own with these members; each is asked by all parts in the same order.
template <class Problem>
struct only_part {
  static constexpr bool is_whole = true;  // the anchors are all there, in one problem with all candidates
  const Problem& problem;
  index_t first_anchor = 0;  // the number of anchor 0 among all, by which `given` statistics are read

  /// Calls visit(problem) for each block of candidates, in their order: this part's anchors against them. Own
  /// candidates stand in the first alone.
  template <class Visit>
  void each_block(Visit&& visit) const {
    visit(problem);
  }
  /// Puts the sums over all parts in the place of this part's: values and divisors of terms, anchors counted.
  template <class Number>
  void add_up(Number*, index_t) const {}
  /// Calls ask(), which may refuse; where it does in one part, it must in all, or the others would wait for that one.
  template <class Ask>
  void refuse_together(Ask&& ask) const {
    ask();
  }
  /// Whether this is the first part for which the answer is yes: it speaks for all where the batch has one formula.
  bool is_first(bool yes) const { return yes; }
  /// Merges the states of all parts, in their order: the batch's.
  template <class State>
  void merge(State&) const {}
  /// Sets `all` to the readings of all candidates, given those of this part's anchors, for formulas that see both ends.
  /// Left empty where the anchors are the candidates.
  template <class Readings>
  void share_readings(const scratch<Readings>&, scratch<Readings>&) const {}
  /// Adds what all parts say of this part's anchors as other ends: `by_candidate` (all candidates, count) is what this
  /// part says. Asked only where the call is divided.
  template <class Number>
  void add_to_owners(const scratch<Number>&, scratch<Number>&) const {}
  /// How many candidates there are in all blocks.
  index_t all_candidates() const { return problem.candidates.count(); }
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
