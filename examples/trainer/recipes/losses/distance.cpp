// SPDX-License-Identifier: BSD-3-Clause
#include "recipes/losses/entries.hpp"

#include <mixcon/losses/batch_hard_triplet.hpp>
#include <mixcon/losses/contrastive_margin.hpp>
#include <mixcon/losses/lifted_structure.hpp>
#include <mixcon/losses/nca.hpp>
#include <mixcon/losses/triplet_margin.hpp>

namespace mixcon_train {
inline namespace recipes {

std::vector<loss_entry> distance_losses() {
  using namespace detail;
  return {
      entry_over_distances<mixcon::batch_hard_triplet>("batch_hard_triplet"),
      entry_over_distances<mixcon::contrastive_margin>("contrastive_margin"),
      entry_over_distances<mixcon::lifted_structure>("lifted_structure"),
      entry_over_pairs("nca", [](double /*temperature*/) { return mixcon::nca(); }),
      entry_over_distances<mixcon::triplet_margin>("triplet_margin"),
  };
}

}  // namespace recipes
}  // namespace mixcon_train
