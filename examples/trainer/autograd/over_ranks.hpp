// SPDX-License-Identifier: BSD-3-Clause
// Rows and losses of ranks that compute a step together, each an equal part of it. In one process, all is as it was.
#pragma once

#include "autograd/variable.hpp"
#include "ranks/together.hpp"

namespace mixcon_train {
inline namespace autograd {

namespace detail {

/// While one exists, losses are of this rank's rows alone.
class losses_of_own_rows {
 public:
  explicit losses_of_own_rows(device& on);
  ~losses_of_own_rows();
  losses_of_own_rows(const losses_of_own_rows&) = delete;
  losses_of_own_rows& operator=(const losses_of_own_rows&) = delete;

 private:
  device& on_;
  step_split before_;
};

variable mean_of_ranks(const rank_group& ranks, const variable& mine);

}  // namespace detail

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
    const detail::losses_of_own_rows alone(on);
    mine = loss();
  });
  return detail::mean_of_ranks(*ranks, mine);
}

}  // namespace autograd
}  // namespace mixcon_train
