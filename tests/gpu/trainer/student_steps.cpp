// SPDX-License-Identifier: BSD-3-Clause
// Recipes that learn from a teacher.
#include "gpu/trainer/ten_steps.hpp"

#include "devices/cuda/losses/banks.cuh"
#include "devices/cuda/losses/classes.cuh"

using namespace mixcon_train;
using ten_steps::check_recipe;

namespace {

void add_losses(loss_table& to, cuda_queue& queue) {
  add_class_loss<float>(to, queue);
  add_bank_loss<float>(to, queue);
}

}  // namespace

TEST_CASE("ten steps of kd are the reference device's, and distil from the teacher's scores on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("kd"), {.options = {{"teacher", "ce"}}});
}
// Batches name different samples of a bank, and so tables of several sizes.
TEST_CASE("ten steps of crd are the reference device's, and both banks stay on the device", "[gpu]") {
  check_recipe(add_losses, recipe_called("crd"),
               {.outcomes = 3, .sizes_vary = true, .options = {{"teacher", "ce"}, {"negatives", "6"}}});
}
