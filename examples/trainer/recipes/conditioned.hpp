// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recipes/negative_choice.hpp"
#include "recipes/student.hpp"

#include <memory>

namespace mixcon_train {
inline namespace recipes {

/// What a contrastive term with chosen negatives meets: a table of the rows that a list names.
struct chosen_rows {
  mixcon::negative_list list{};  ///< over the rows of `table`
  variable table{};              ///< (U, D), unit rows
};

/// The training of the CRD benchmark, and its contrastive term, for a paper that tells none of its own.
std::vector<preferred_value> conditioned_benchmark();

/// A student that tells an embedding's own key from chosen negatives by InfoNCE: with a teacher among the rows that it
/// gives all training samples, without in a bank of its own embeddings, where samples of the batch count as they are
/// now. Both are looked at when an epoch begins: a teacher at the first, the own network at each.
class conditioned_recipe : public student_recipe {
 public:
  void after_step(index_t step, index_t steps) override;

 protected:
  conditioned_recipe(const recipe_world& world, const contrast_options& chosen, std::unique_ptr<negative_choice> choice,
                     bool wants_scores = false);

  variable contrast(recipe_loss& made, const recipe_step& step, const variable& embeddings,
                    const variable& keys) override;
  void begin_epoch(const recipe_step& step) override;
  /// Of a step, whose embeddings (N, D) enter the bank after it.
  void remember(const recipe_step& step, const variable& embeddings);
  chosen_rows rows_chosen(const recipe_step& step, const variable& keys);
  /// InfoNCE of anchors (N, D) against rows (N, 1 + m, D), the first of each its key.
  variable told_apart(recipe_loss& made, const mixcon::negative_list& list, const variable& anchors,
                      const variable& rows) const;

 private:
  contrast_options chosen_;
  std::unique_ptr<negative_choice> choice_;
  std::unique_ptr<sample_table> table_{};  // of the teacher's features, or of own embeddings
  std::vector<index_t> samples_{};         // of this step, until their rows have moved
  tensor newest_{};
};

}  // namespace recipes
}  // namespace mixcon_train
