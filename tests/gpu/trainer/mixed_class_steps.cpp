// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/trainer/ten_steps.hpp"

#include "devices/cuda/losses/classes.cuh"
#include "devices/cuda/losses/mixed_classes.cuh"
#include "recipes/all_recipes.hpp"

using namespace mixcon_train;
using ten_steps::check_recipe;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) {
  add_class_loss<float>(to, queue);
  add_mixed_class_loss<float>(to, queue);
}

}  // namespace

TEST_CASE("ten steps of infinite-class-mixup are the reference device's, and mix classifiers on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("infinite-class-mixup"));
  check_recipe(
      add_losses, recipe_called("infinite-class-mixup"),
      {.sizes_vary = true, .options = {{"axis", "pair"}, {"duplicates", "masked"}, {"policy", "manifold-mixup"}}});
}
TEST_CASE("ten steps of ic-regmixup are the reference device's, and copy nothing but the two outcomes", "[gpu]") {
  check_recipe(add_losses, recipe_called("ic-regmixup"), {.outcomes = 2});
}
