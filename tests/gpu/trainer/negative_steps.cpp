// SPDX-License-Identifier: BSD-3-Clause
// Recipes with chosen negatives.
#include "gpu/trainer/ten_steps.hpp"

#include "devices/cuda/losses/classes.cuh"
#include "devices/cuda/losses/listed.cuh"

using namespace mixcon_train;
using ten_steps::check_recipe;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) {
  add_class_loss<float>(to, queue);
  add_listed_loss<float>(to, queue);
}

}  // namespace

// Batches name different samples of a bank, and so tables of several sizes.
TEST_CASE("ten steps of scns-class are the reference device's, and its negatives stay on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("scns-class"),
               {.sizes_vary = true, .options = {{"negatives", "3"}, {"pool", "bank"}}});
}
TEST_CASE("ten steps of scns-sample are the reference device's, and its negatives stay on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("scns-sample"), {.options = {{"negatives", "3"}}});
  check_recipe(add_losses, recipe_called("scns-sample"),
               {.outcomes = 2,
                .sizes_vary = true,
                .options = {{"negatives", "3"}, {"teacher", "ce"}, {"ce-weight", "1"}, {"kd-weight", "0.5"}}});
}
TEST_CASE("ten steps of latent-mixup are the reference device's, and mix negatives on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("latent-mixup"),
               {.sizes_vary = true,
                .options = {{"negatives", "3"},
                            {"pool", "bank"},
                            {"between", "positive-negative"},
                            {"gradient", "all"},
                            {"replace", "true"}}});
}
