// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/loss_inputs.hpp"
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

index_t slots_for(const recipe_world& world, index_t negatives, negative_pool from) {
  const index_t others = fewest_of_other_classes(world.data);
  MIXCON_REQUIRE(negatives <= others, "--negatives: ", negatives, " of the training samples, of which as few as ",
                 others, " are of another class than an anchor; expected at most so many.");
  return from == negative_pool::batch && world.batch > 0 ? std::min(negatives, world.batch) : negatives;
}

uniform_choice::uniform_choice(const recipe_world& world, index_t negatives, negative_pool from)
    : negatives_(slots_for(world, negatives, from)), from_(from), train_(world.train) {}

lent<mixcon::negative_list> uniform_choice::choose(const recipe_step& step) const {
  const std::vector<int>& labels = from_ == negative_pool::batch ? step.from.labels : train_->labels;
  const mixcon::uniform_negatives draw{.draws_of_each = negatives_,
                                       .admissible = {.anchor_labels = step.from.labels, .key_labels = labels}};
  lent<mixcon::negative_list> list;
  draw.draw_again(*list, step.from.samples, std::ssize(labels), step.draws, autograd::detail::memory_of_losses());
  return list;
}

void near_sample_options::declare(option_list& to) {
  to.add("list", list, {0, 1e6},
         "nearest samples of other classes that negatives are drawn from (0: 8 times as many, of a batch 2)");
  to.add("draw", draw, {"uniform", "proportional", "softmax", "first"}, "how negatives are drawn from the list");
  to.add("draw-temperature", draw_temperature, {1e-3, 1e3}, "of --draw softmax");
  if (draw != "softmax") to.idle("draw-temperature", "--draw " + draw + " has none");
}

sample_choice::sample_choice(const recipe_world& world, index_t negatives, const near_sample_options& chosen,
                             negative_pool from, index_t width)
    : negatives_(negatives), from_(from), chosen_(chosen), train_(world.train) {
  const index_t others = fewest_of_other_classes(world.data), count = world.data.shape.samples;
  const index_t usual = from == negative_pool::batch ? 2 : 8;
  if (chosen_.list == 0) chosen_.list = std::min(usual * negatives, others);
  MIXCON_REQUIRE(negatives <= chosen_.list, "--list: ", chosen_.list, " samples to draw ", negatives,
                 " negatives from; expected at least as many. Are there too few training samples?");
  MIXCON_REQUIRE(chosen_.list <= others, "--list: ", chosen_.list, " of the training samples, of which as few as ",
                 others, " are of another class than an anchor; expected at most so many.");
  MIXCON_REQUIRE(count < (1 << 24), "--data: ", count, " samples; lists hold fewer than 16777216.");
  if (from == negative_pool::batch) {
    features_ = filled(world.on, {count, width}, 0);
    register_state("features", features_);
  } else {
    list_ = filled(world.on, {count, chosen_.list}, 0), cosine_ = list_;
    register_state("list", list_), register_state("cosine", cosine_);
  }
}

void sample_choice::look_at(const encoded& all) {
  const mixcon::matrix_view<const float> rows{all.backbone.rows.data(), {all.backbone.samples(), all.backbone.width}};
  if (from_ == negative_pool::batch) {
    features_ = tensor_of(features_.on(), features_.extents(), rows.data());
    return;
  }
  const mixcon::top_k nearest{.k = chosen_.list,
                              .admissible = {.anchor_labels = train_->labels, .key_labels = train_->labels}};
  const auto found = nearest(mixcon::tiled{.threads = list_.on().threads()}, mixcon::cosine{}, rows, rows);
  list_ = tensor_of(list_.on(), list_.extents(), found.list.key.data());
  cosine_ = tensor_of(list_.on(), list_.extents(), found.score.data());
}

lent<mixcon::ranked_list<double>> sample_choice::lists_of(const recipe_step& step) const {
  const std::vector<index_t>& samples = step.from.samples;
  const index_t count = std::ssize(samples), length = chosen_.list;
  lent<mixcon::ranked_list<double>> found;
  if (from_ == negative_pool::batch) {
    const index_t width = features_.extents()[1];
    const numbers_kept& all = features_read_.of(features_);
    kept_list<double> rows;
    rows.reserve(static_cast<std::size_t>(count * width));
    for (const index_t sample : samples)
      for (index_t k = 0; k < width; ++k) rows.push_back(all[sample * width + k]);
    const mixcon::matrix_view<const double> of_batch{rows.data(), {count, width}};
    const mixcon::top_k nearest{.k = std::min(length, count),
                                .admissible = {.anchor_labels = step.from.labels, .key_labels = step.from.labels}};
    nearest.find_again(*found, mixcon::serial{}, mixcon::cosine{}, of_batch, of_batch,
                       autograd::detail::memory_of_losses());
    return found;
  }
  found->list.empty_all(count, length), found->score.clear();
  const numbers_kept &keys = keys_read_.of(list_), &cosines = cosines_read_.of(cosine_);
  for (index_t a = 0; a < count; ++a)
    for (index_t s = 0; s < length; ++s) {
      const index_t at = samples[static_cast<std::size_t>(a)] * length + s;
      found->list.put(a, s, static_cast<index_t>(keys[at]));
      found->score.push_back(cosines[at]);
    }
  return found;
}

lent<mixcon::negative_list> sample_choice::choose(const recipe_step& step) const {
  using mixcon::list_draw;
  const lent<mixcon::ranked_list<double>> lists = lists_of(step);
  const mixcon::sample_conditioned draw{.draws_of_each = std::min(negatives_, lists->list.slots),
                                        .draw = chosen_.draw == "first"          ? list_draw::first
                                                : chosen_.draw == "proportional" ? list_draw::proportional
                                                : chosen_.draw == "softmax"      ? list_draw::softmax
                                                                                 : list_draw::uniform,
                                        .temperature = chosen_.draw_temperature};
  lent<mixcon::negative_list> list;
  draw.draw_again(*list, *lists, step.from.samples, step.draws, autograd::detail::memory_of_losses());
  return list;
}

}  // namespace recipes
}  // namespace mixcon_train
