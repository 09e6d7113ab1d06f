// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/momentum_keys.hpp"

#include "autograd/normalisation.hpp"
#include "autograd/over_ranks.hpp"

namespace mixcon_train {
inline namespace recipes {

void momentum_key_options::declare(option_list& to) {
  embedding_options::declare(to);
  to.add("queue", queue, {1, 1e6}, "past keys that are kept; at least a batch of them", "65536, i-Mix 4096");
  to.add("key-decay", key_decay, {0, 1}, "share of itself that the network of keys keeps at each step", "0.999");
}

momentum_keys::momentum_keys(const recipe_world& world, const momentum_key_options& chosen, const network& followed)
    : chosen_(chosen),
      key_(embedder_of(world, chosen), followed),
      queue_(key_queue::of(world, chosen.queue, chosen.embedding)) {
  register_part("key", key_);
  register_state("queue", queue_.rows);
  register_count("queue.next", queue_.next);
}

variable momentum_keys::keys_of(const variable& samples) {
  const variable keys = constant(unit_rows(key_->forward(samples)));
  newest_ = rows_of_all_ranks(keys).value();
  return keys;
}

void momentum_keys::after_step(const network& followed) {
  key_.follow(followed, chosen_.key_decay);
  queue_.enter(newest_);
}

}  // namespace recipes
}  // namespace mixcon_train
