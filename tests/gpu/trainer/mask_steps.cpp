// SPDX-License-Identifier: BSD-3-Clause
// Recipes that learn masks from labels.
#include "gpu/trainer/ten_steps.hpp"

#include "devices/cuda/losses/classes.cuh"

using namespace mixcon_train;
using ten_steps::check_recipe;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) { add_class_loss<float>(to, queue); }

}  // namespace

TEST_CASE("ten steps of automix are the reference device's, and its masks stay on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("automix"), {.outcomes = 3});
}
TEST_CASE("ten steps of samix are the reference device's, and its masks stay on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("samix"), {.outcomes = 3});
}
