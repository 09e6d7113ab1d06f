// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/momentum_keys.hpp"

#include "autograd/normalisation.hpp"
#include "nn/weight_draws.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Random directions, from which the published code begins.
tensor random_unit_rows(const recipe_world& world, const shape& extents) {
  const weight_draws draws = weight_draws(world.seed).within("queue");
  std::vector<double> rows;
  for (index_t k = 0; k < extents.size(); ++k) rows.push_back(draws.normal(k));
  return world.on.dense(unit_rows(variable(tensor_of(world.on, extents, rows.data()))).value());
}

}  // namespace

void momentum_key_options::declare(option_list& to) {
  projection_options::declare(to);
  to.add("queue", queue, {1, 1e6}, "past keys that are kept; at least a batch of them", "65536, i-Mix 4096");
  to.add("key-decay", key_decay, {0, 1}, "share of itself that the network of keys keeps at each step", "0.999");
}

momentum_keys::momentum_keys(const recipe_world& world, const momentum_key_options& chosen, const network& followed)
    : chosen_(chosen),
      key_(projector_of(world, chosen), followed),
      queue_(random_unit_rows(world, {chosen.queue, chosen.embedding})) {
  MIXCON_REQUIRE(chosen.queue >= world.batch, "--queue: ", chosen.queue, " keys, fewer than the ", world.batch,
                 " of a batch; expected at least --batch of them.");
  register_part("key", key_);
  register_state("queue", queue_);
  register_count("queue.next", next_);
}

variable momentum_keys::keys_of(const variable& samples) {
  const variable keys = constant(unit_rows(key_->forward(samples)));
  newest_ = keys.value();
  return keys;
}

void momentum_keys::after_step(const network& followed) {
  key_.follow(followed, chosen_.key_decay);
  const index_t size = queue_.extents().size(), newest = newest_.extents().size(), begin = next_ * chosen_.embedding;
  const auto replaced = [=](auto* to, const auto* old, const auto* keys) {
    std::copy(old, old + size, to);
    for (index_t k = 0; k < newest; ++k) to[(begin + k) % size] = keys[k];
  };
  queue_ = computed(queue_.on(), queue_.extents(), replaced, queue_, newest_);
  next_ = (next_ + newest_.extents()[0]) % chosen_.queue;
}

}  // namespace recipes
}  // namespace mixcon_train
