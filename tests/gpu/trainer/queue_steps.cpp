// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/trainer/ten_steps.hpp"

#include "devices/cuda/losses/batch_keys.cuh"
#include "devices/cuda/losses/own_keys.cuh"
#include "recipes/all_recipes.hpp"

using namespace mixcon_train;
using ten_steps::check_recipe;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) {
  add_own_key_loss<float>(to, queue);
  add_batch_key_loss<float>(to, queue);
}

}  // namespace

// 20 keys and batches of 8: the third batch that enters goes behind the end of the queue.
TEST_CASE("ten steps of moco are the reference device's, and its queue stays on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("moco"));
}
TEST_CASE("ten steps of imix-moco are the reference device's, and mix on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("imix-moco"));
  check_recipe(add_losses, recipe_called("imix-moco"),
               {.sizes_vary = true, .options = {{"keys", "pair"}, {"mix", "cutmix"}, {"mix-at", "hidden"}}});
}
