// SPDX-License-Identifier: BSD-3-Clause
// Part 3 of 4 of the list of losses, over ranks.
#include "ranks/every_loss.hpp"

TEST_CASE("Each rank gets the value and its gradients of the whole batch, whatever the loss: part 3", "[ranks]") {
  mixcon_test::check_listed_losses_over_ranks<2, 4>();
}
