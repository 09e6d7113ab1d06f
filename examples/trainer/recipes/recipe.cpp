// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/recipe.hpp"

namespace mixcon_train {
inline namespace recipes {

data_facts facts_of(const data_set& train) {
  data_facts facts{.kind = train.kind, .shape = train.shape, .classes = train.classes()};
  facts.class_names = train.class_names, facts.statistics = channel_statistics_of(train);
  facts.class_counts.resize(static_cast<std::size_t>(facts.classes));
  for (const int label : train.labels) ++facts.class_counts[static_cast<std::size_t>(label)];
  return facts;
}

}  // namespace recipes
}  // namespace mixcon_train
