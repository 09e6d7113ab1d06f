// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/negative_choice.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/negatives/drawn/sample_conditioned.hpp>
#include <mixcon/negatives/drawn/uniform_negatives.hpp>
#include <mixcon/negatives/search/top_k.hpp>

#include <algorithm>
#include <numeric>

namespace mixcon_train {
inline namespace recipes {

namespace {

/// Of the samples that have another class than one of the largest class.
index_t fewest_of_other_classes(const data_facts& data) {
  const auto& counts = data.class_counts;
  return std::accumulate(counts.begin(), counts.end(), index_t{0}) - *std::max_element(counts.begin(), counts.end());
}

}  // namespace

uniform_choice::uniform_choice(const recipe_world& world, index_t negatives)
    : negatives_(negatives), train_(world.train) {
  const index_t others = fewest_of_other_classes(world.data);
  MIXCON_REQUIRE(negatives <= others, "--negatives: ", negatives, " of the training samples, of which as few as ",
                 others, " are of another class than an anchor; expected at most so many.");
}

mixcon::negative_list uniform_choice::choose(const recipe_step& step) const {
  return mixcon::uniform_negatives{.draws_of_each = negatives_,
                                   .admissible = {.anchor_labels = step.from.labels, .key_labels = train_->labels}}(
      step.from.samples, train_->samples(), step.draws);
}

void near_sample_options::declare(option_list& to) {
  to.add("list", list, {0, 1e6}, "nearest samples of other classes that negatives are drawn from (0: 8 times as many)");
  to.add("draw", draw, {"uniform", "proportional", "softmax", "first"}, "how negatives are drawn from the list");
  to.add("draw-temperature", draw_temperature, {1e-3, 1e3}, "of --draw softmax");
}

sample_choice::sample_choice(const recipe_world& world, index_t negatives, const near_sample_options& chosen)
    : negatives_(negatives), chosen_(chosen), train_(world.train) {
  const index_t others = fewest_of_other_classes(world.data);
  if (chosen_.list == 0) chosen_.list = std::min(8 * negatives, others);
  MIXCON_REQUIRE(negatives <= chosen_.list, "--list: ", chosen_.list, " samples to draw ", negatives,
                 " negatives from; expected at least as many. Are there too few training samples?");
  MIXCON_REQUIRE(chosen_.list <= others, "--list: ", chosen_.list, " of the training samples, of which as few as ",
                 others, " are of another class than an anchor; expected at most so many.");
  MIXCON_REQUIRE(world.data.shape.samples < (1 << 24), "--data: ", world.data.shape.samples,
                 " samples; lists hold fewer than 16777216.");
  const shape extents{world.data.shape.samples, chosen_.list};
  list_ = filled(world.on, extents, 0), cosine_ = filled(world.on, extents, 0);
  register_state("list", list_), register_state("cosine", cosine_);
}

void sample_choice::look_at(const encoded& all) {
  const mixcon::matrix_view<const float> rows{all.backbone.rows.data(), {all.backbone.samples(), all.backbone.width}};
  const auto found =
      mixcon::top_k{.k = chosen_.list, .admissible = {.anchor_labels = train_->labels, .key_labels = train_->labels}}(
          mixcon::tiled{.threads = list_.on().threads()}, mixcon::cosine{}, rows, rows);
  list_ = tensor_of(list_.on(), list_.extents(), found.list.key.data());
  cosine_ = tensor_of(list_.on(), list_.extents(), found.score.data());
}

mixcon::negative_list sample_choice::choose(const recipe_step& step) const {
  using mixcon::list_draw;
  const index_t count = std::ssize(step.from.samples), length = chosen_.list;
  mixcon::ranked_list<double> of_batch{mixcon::negative_list(count, length), {}};
  with_numbers(list_.on(), [&](auto number) {
    const numbers_read<decltype(number)> keys(list_), cosines(cosine_);
    for (index_t a = 0; a < count; ++a)
      for (index_t s = 0; s < length; ++s) {
        const index_t at = step.from.samples[static_cast<std::size_t>(a)] * length + s;
        of_batch.list.put(a, s, static_cast<index_t>(keys[at]));
        of_batch.score.push_back(static_cast<double>(cosines[at]));
      }
  });
  const mixcon::sample_conditioned draw{.draws_of_each = negatives_,
                                        .draw = chosen_.draw == "first"          ? list_draw::first
                                                : chosen_.draw == "proportional" ? list_draw::proportional
                                                : chosen_.draw == "softmax"      ? list_draw::softmax
                                                                                 : list_draw::uniform,
                                        .temperature = chosen_.draw_temperature};
  return draw(of_batch, step.from.samples, step.draws);
}

}  // namespace recipes
}  // namespace mixcon_train
