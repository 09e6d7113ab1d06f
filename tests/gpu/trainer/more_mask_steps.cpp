// SPDX-License-Identifier: BSD-3-Clause
// Recipes that learn masks without labels, and that mix by those of another run.
#include "gpu/trainer/ten_steps.hpp"

#include "devices/cuda/losses/classes.cuh"
#include "devices/cuda/losses/queues.cuh"

using namespace mixcon_train;
using ten_steps::check_recipe;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) {
  add_class_loss<float>(to, queue);
  add_queue_loss<float>(to, queue);
}

}  // namespace

TEST_CASE("ten steps of samix-i are the reference device's, and its masks stay on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("samix-i"), {.outcomes = 5, .options = {{"auxiliary", "0"}}});
}
TEST_CASE("ten steps of mixup by the masks of a run are the reference device's, and mix on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("mixup"), {.options = {{"policy", "runs/samix"}}});
}
