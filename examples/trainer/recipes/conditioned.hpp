// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "devices/lent.hpp"
#include "recipes/negative_choice.hpp"
#include "recipes/student.hpp"

#include <functional>
#include <memory>
#include <string>

namespace mixcon_train {
inline namespace recipes {

/// What a contrastive term with chosen negatives meets: a table of the rows that a list names.
struct chosen_rows {
  lent<mixcon::negative_list> list{};  ///< over the rows of `table`
  variable table{};                    ///< (U, D), unit rows
};

/// The training of the CRD benchmark, and its contrastive term, for a paper that tells none of its own.
std::vector<preferred_value> conditioned_benchmark();

/// A contrastive term with chosen negatives.
struct conditioned_options : contrast_options {
  std::string pool = "auto";
  void declare(option_list& to);
  /// `auto`: the bank with a teacher. Without one the batch: rows of the bank are constants, and the trained network
  /// can leave what it was behind, all embeddings together.
  negative_pool from() const;
};

/// A student that tells an embedding's own key from chosen negatives by InfoNCE. Those of the bank are, with a teacher,
/// the embeddings that it gives training samples; without, the network's own from when these came by, and as they are
/// now if they are in the batch. When an epoch begins, all training samples are looked at: by a teacher at the first,
/// by the own network at each.
class conditioned_recipe : public student_recipe {
 public:
  void begin_epoch(const recipe_step& step) override;
  void after_step(index_t step, index_t steps) override;

 protected:
  using new_choice = std::function<std::unique_ptr<negative_choice>(index_t feature_width)>;
  /// `choice` is of a world that trains, and gets the width of the features that it is going to look at.
  conditioned_recipe(const recipe_world& world, const conditioned_options& chosen, const new_choice& choice,
                     bool wants_scores = false);

  variable contrast(recipe_loss& made, const recipe_step& step, const variable& embeddings,
                    const variable& keys) override;
  /// Of a step, whose embeddings (N, D) enter the bank after it.
  void remember(const recipe_step& step, const variable& embeddings);
  chosen_rows rows_chosen(const recipe_step& step, const variable& keys);
  /// InfoNCE of anchors (N, D) against rows (N, 1 + m, D), the first of each its key.
  variable told_apart(recipe_loss& made, const mixcon::negative_list& list, const variable& anchors,
                      const variable& rows) const;

 private:
  conditioned_options chosen_;
  std::unique_ptr<negative_choice> choice_{};
  std::unique_ptr<sample_table> table_{};  // of the teacher's features, or of own embeddings
  std::vector<index_t> samples_{};         // of this step, until their rows have moved
  tensor newest_{};
};

}  // namespace recipes
}  // namespace mixcon_train
