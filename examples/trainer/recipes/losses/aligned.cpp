// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/aligned_loss_node.hpp"
#include "autograd/normalisation.hpp"
#include "autograd/over_ranks.hpp"
#include "autograd/rows.hpp"
#include "recipes/losses/entries.hpp"

#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/mmcl.hpp>
#include <mixcon/losses/vicreg.hpp>

namespace mixcon_train {
inline namespace recipes {

namespace {

template <class Loss>
variable of_views(recipe_loss& made, const rows_to_compare& rows) {
  const index_t samples = rows.z.extents()[0] / 2;
  bool unit = false;
  if constexpr (requires { Loss::form; }) unit = Loss::form == mixcon::rows::unit_as_given;
  const variable z = unit ? unit_rows(rows.z) : rows.z;
  // features of the whole batch are compared: each rank compares them all
  const variable first = rows_of_all_ranks(slice(z, 0, samples));
  const variable second = rows_of_all_ranks(slice(z, samples, 2 * samples));
  made.anchors = made.anchors_used = first.extents()[0];
  return mean_over_ranks(z.on(), [&] { return aligned_loss(Loss{}, first, second); });
}

template <class Loss>
loss_entry entry_of_views(const char* name) {
  return {.name = name, .has_groups = false, .of = of_views<Loss>};
}

}  // namespace

std::vector<loss_entry> aligned_losses() {
  return {
      entry_of_views<mixcon::barlow_twins>("barlow_twins"),
      entry_of_views<mixcon::mmcl>("mmcl"),
      entry_of_views<mixcon::vicreg>("vicreg"),
  };
}

}  // namespace recipes
}  // namespace mixcon_train
