// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/trainer/ten_steps.hpp"

#include "devices/cuda/losses/classes.cuh"
#include "devices/cuda/losses/labels.cuh"
#include "recipes/all_recipes.hpp"

using namespace mixcon_train;
using ten_steps::check_recipe;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) {
  add_label_loss<float>(to, queue);
  add_class_loss<float>(to, queue);
}

}  // namespace

TEST_CASE("ten steps of supcon are the reference device's, and copy nothing to the host but the outcome", "[gpu]") {
  check_recipe(add_losses, recipe_called("supcon"));
}
TEST_CASE("ten steps of mixup are the reference device's, and copy nothing to the host but the outcome", "[gpu]") {
  check_recipe(add_losses, recipe_called("mixup"));
}
