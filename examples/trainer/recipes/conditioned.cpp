// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/conditioned.hpp"

#include "autograd/negatives_node.hpp"
#include "autograd/operators.hpp"
#include "devices/kept_map.hpp"

#include <mixcon/core/require.hpp>
#include <mixcon/losses/info_nce.hpp>

#include <cmath>
#include <utility>

namespace mixcon_train {
inline namespace recipes {

std::vector<preferred_value> conditioned_benchmark() {
  return distillation_benchmark({{"ce-weight", "1"}, {"contrast-weight", "0.8"}, {"temperature", "0.07"}});
}

void conditioned_options::declare(option_list& to) {
  contrast_options::declare(to);
  to.add("pool", pool, {"auto", "bank", "batch"},
         "where negatives are from: all training samples, or the batch; auto: the bank with a teacher");
  if (!teacher.empty())
    to.idle("bank-momentum", "the bank holds what the teacher says, which does not change");
  else if (from() == negative_pool::batch)
    to.idle("bank-momentum", "negatives of the batch need no bank");
}

negative_pool conditioned_options::from() const {
  return pool == "bank" || (pool == "auto" && !teacher.empty()) ? negative_pool::bank : negative_pool::batch;
}

conditioned_recipe::conditioned_recipe(const recipe_world& world, const conditioned_options& chosen,
                                       const new_choice& choice, bool wants_scores)
    : student_recipe(world, chosen, &chosen), chosen_(chosen) {
  if (!world.trains() || chosen.contrast_weight == 0) return;
  MIXCON_REQUIRE(!wants_scores || (teacher() != nullptr ? teacher()->judged() : judged()).classifies(),
                 "--similarity: confusion is of class scores, and ",
                 teacher() != nullptr ? "the teacher" : "the network", " has none; expected ",
                 teacher() != nullptr ? "a teacher with a classifier" : "a --ce-weight above 0",
                 ", or another similarity.");
  const index_t width = (teacher() != nullptr ? teacher()->judged() : judged()).feature_width();
  choice_ = choice(width);
  register_part("negatives", *choice_);
  if (chosen.from() == negative_pool::batch) return;
  table_ = std::make_unique<sample_table>(world.on, world.data.shape.samples,
                                          teacher() != nullptr ? width : chosen.embedding);
  register_part("bank", *table_);
}

void conditioned_recipe::begin_epoch(const recipe_step& step) {
  const bool has_seen = teacher() != nullptr && step.from.position.epoch > 0;
  if (!choice_ || has_seen || !(table_ || choice_->looks())) return;
  const without_gradients guard;
  const encoded all = teacher() != nullptr ? seen_by_teacher() : seen_by_student(step);
  choice_->look_at(all);
  if (!table_) return;
  const tensor rows = tensor_of(on(), {all.backbone.samples(), all.backbone.width}, all.backbone.rows.data());
  table_->set(teacher() != nullptr ? rows : embedded(variable(rows)).value());
}

void conditioned_recipe::remember(const recipe_step& step, const variable& embeddings) {
  samples_ = step.from.samples, newest_ = embeddings.value();
}

chosen_rows conditioned_recipe::rows_chosen(const recipe_step& step, const variable& keys) {
  lent<mixcon::negative_list> list = choice_->choose(step);
  if (!table_) return {std::move(list), keys};
  named_samples named = named_by(std::move(list));
  if (named.samples.empty()) return {std::move(named.list), constant(keys)};
  const variable stored = table_->rows(named.samples);
  if (teacher() != nullptr) return {std::move(named.list), embedded_by_teacher(stored)};
  kept_map<index_t, index_t> in_batch;
  for (std::size_t i = 0; i < step.from.samples.size(); ++i)
    in_batch.emplace(step.from.samples[i], static_cast<index_t>(i));
  for (std::int32_t& key : named.list->key) {
    if (key < 0) continue;
    const auto at = in_batch.find(named.samples[static_cast<std::size_t>(key)]);
    if (at != in_batch.end()) key = static_cast<std::int32_t>(std::ssize(named.samples) + at->second);
  }
  return {std::move(named.list), concatenate(stored, keys)};
}

variable conditioned_recipe::told_apart(recipe_loss& made, const mixcon::negative_list& list, const variable& anchors,
                                        const variable& rows) const {
  if (chosen_.ce_weight == 0 && chosen_.kd_weight == 0 && chosen_.contrast_weight == 1)
    made.chance = std::log(static_cast<double>(1 + list.slots));
  return contrastive_loss(mixcon::objective{mixcon::info_nce{.temperature = chosen_.temperature}, mixcon::cosine{}},
                          mixcon::listed_targets{list}, anchors, {own(rows)}, &made.anchors_used);
}

variable conditioned_recipe::contrast(recipe_loss& made, const recipe_step& step, const variable& embeddings,
                                      const variable& keys) {
  remember(step, embeddings);
  const chosen_rows chosen = rows_chosen(step, keys);
  return told_apart(made, *chosen.list, embeddings, listed_rows(*chosen.list, chosen.table, keys));
}

void conditioned_recipe::after_step(index_t /*step*/, index_t /*steps*/) {
  if (table_ && teacher() == nullptr) table_->move(samples_, newest_, chosen_.bank_momentum);
}

}  // namespace recipes
}  // namespace mixcon_train
