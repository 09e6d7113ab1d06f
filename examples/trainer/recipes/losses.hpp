// SPDX-License-Identifier: BSD-3-Clause
// Losses of mixcon between which a recipe that compares two views can choose.
#pragma once

#include "recipes/recipe_parts.hpp"

#include <mixcon/core/integer_view.hpp>

#include <string>
#include <vector>

namespace mixcon_train {
inline namespace recipes {

/// What such a loss looks at.
struct rows_to_compare {
  variable z;  ///< (2 N, D): embeddings of the first view of each sample, then of the second
  /// (N): rows of one group belong together: a class, or each sample alone. It outlives the call.
  mixcon::integer_view group{};
  double temperature = 0.1;  ///< of losses that have one
};

/// One loss by its name in mixcon, with the defaults that it has there.
struct loss_entry {
  const char* name = "";
  bool has_groups = true;        ///< false: it compares row i of one view with row i of the other, and no others belong
  bool has_temperature = false;  ///< others have margins or scales, at their defaults
  /// The loss as a variable; says in `made` how many anchors there are, and how many took part.
  variable (*of)(recipe_loss& made, const rows_to_compare& rows) = nullptr;
};

/// Every loss that can be chosen: over pairs of rows, then of two aligned views. The rest of mixcon's losses need what
/// two views do not give (weights of classes, a teacher, a queue, mixed samples), or would collapse without more:
/// `byol` and `simsiam` without a predictor, `alignment` and `uniformity` without each other.
const std::vector<loss_entry>& comparing_losses();

/// Their names; for recipes with labels only those that look at groups.
std::vector<std::string> comparing_loss_names(bool with_labels);

/// The options of a recipe that compares two views.
struct comparing_options : embedding_options {
  std::string loss = "info_nce";
  /// With labels, only losses that look at groups are choices.
  void declare_with(bool labels, option_list& to) {
    to.add("loss", loss, comparing_loss_names(labels),
           "of the embeddings, at the defaults of its page in docs/losses; --temperature counts where it has one");
    embedding_options::declare(to);
    if (!has_temperature(loss)) to.idle("temperature", "the loss " + loss + " has no temperature");
  }

 private:
  static bool has_temperature(const std::string& name);
};

/// The loss of that name. Refuses another name with the list and the nearest.
const loss_entry& comparing_loss_called(const std::string& name);

}  // namespace recipes
}  // namespace mixcon_train
