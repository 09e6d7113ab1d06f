// SPDX-License-Identifier: BSD-3-Clause
// Rows and losses of ranks that compute a step together, each an equal part of it. In one process, all is as it was.
#pragma once

#include "autograd/variable.hpp"
#include "ranks/together.hpp"

namespace mixcon_train {
inline namespace autograd {

namespace detail {

/// While one exists, the samples of a step lie otherwise.
class other_split {
 public:
  other_split(device& on, const step_split& meanwhile) : on_(on), before_(on.split()) { on_.set_split(meanwhile); }
  ~other_split() { on_.set_split(before_); }
  other_split(const other_split&) = delete;
  other_split& operator=(const other_split&) = delete;

 private:
  device& on_;
  step_split before_;
};

/// The same samples, and losses of this rank's rows alone.
step_split with_own_losses(const step_split& of_step);
variable mean_of_ranks(const rank_group& ranks, const variable& mine);

}  // namespace detail

/// While one exists, networks and losses are computed as in one process, of all that they are given: samples that are
/// no part of the step's batch.
class beside_the_step : detail::other_split {
 public:
  explicit beside_the_step(device& on) : other_split(on, {}) {}
};

/// The rows (W n, ...) of all W ranks, in their order, of this one's x (n, ...); each has as many. The gradient by a
/// row is the sum over ranks. A constant costs nothing on the way back.
variable rows_of_all_ranks(const variable& x);

/// The mean over ranks of loss(), which each computes without the others: of its own rows against constants that all
/// have, or the same on each, of rows_of_all_ranks. It is the loss of the batch where that is a mean over anchors, all
/// of which take part. Where loss() throws on one rank, all refuse.
template <class Loss>
variable mean_over_ranks(device& on, Loss&& loss) {
  const rank_group* const ranks = on.split().ranks;
  if (ranks == nullptr) return loss();
  variable mine;
  together(ranks, [&] {
    const detail::other_split alone(on, detail::with_own_losses(on.split()));
    mine = loss();
  });
  return detail::mean_of_ranks(*ranks, mine);
}

}  // namespace autograd
}  // namespace mixcon_train
