// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/key_queue.hpp"

#include "autograd/normalisation.hpp"
#include "devices/recipe_kernels.hpp"
#include "nn/weight_draws.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

key_queue key_queue::of(const recipe_world& world, index_t size, index_t width) {
  MIXCON_REQUIRE(size >= world.batch, "--queue: ", size, " keys, fewer than the ", world.batch,
                 " of a batch; expected at least --batch of them.");
  const weight_draws draws = weight_draws(world.seed).within("queue");
  const shape extents{size, width};
  std::vector<double> numbers;
  for (index_t k = 0; k < extents.size(); ++k) numbers.push_back(draws.normal(k));
  return {world.on.dense(unit_rows(variable(tensor_of(world.on, extents, numbers.data()))).value())};
}

void key_queue::enter(const tensor& keys) {
  const index_t width = rows.extents()[1], size = rows.extents().size(), newest = keys.extents().size(),
                begin = next * width;
  const auto replaced = [=](auto* to, const auto* old, const auto* entering) {
    std::copy(old, old + size, to);
    for (index_t k = 0; k < newest; ++k) to[(begin + k) % size] = entering[k];
  };
  if (recipe_kernels* const kernels = recipe_kernels_of(rows.on()))
    rows = kernels->entered(rows, rows.on().dense(keys), next);
  else
    rows = computed(rows.on(), rows.extents(), replaced, rows, keys);
  next = (next + keys.extents()[0]) % rows.extents()[0];
}

}  // namespace recipes
}  // namespace mixcon_train
