// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/losses/entries.hpp"

#include <mixcon/contrast/logits.hpp>
#include <mixcon/losses/circle.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/nt_xent_per_pair.hpp>
#include <mixcon/losses/siglip.hpp>

namespace mixcon_train {
inline namespace recipes {

std::vector<loss_entry> cosine_losses() {
  using namespace detail;
  return {
      entry_over_cosines<mixcon::circle>("circle"),
      entry_over_cosines<mixcon::multi_similarity>("multi_similarity"),
      entry_over_cosines<mixcon::nt_xent_per_pair>("nt_xent_per_pair"),
      entry_over_pairs("siglip",
                       [](double /*temperature*/) {  // at the values with which the paper begins to learn them
                         mixcon::objective made{mixcon::siglip{}, mixcon::cosine{}, mixcon::plain_logits{.bias = -10}};
                         made.scale = 10;
                         return made;
                       }),
  };
}

}  // namespace recipes
}  // namespace mixcon_train
