// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/blend_node.hpp"
#include "autograd/over_ranks.hpp"
#include "autograd/rows.hpp"
#include "ranks/batch_share.hpp"
#include "recipes/recipe.hpp"

namespace mixcon_train {
inline namespace recipes {

/// Rows (M, ...), of which those from `first` on, as many as the plan has samples, are mixed among themselves; the
/// others stay. Hidden features too. On one of many ranks they are this rank's share of the samples, and partners may
/// be on others, whose rows are gathered.
template <class Region>
variable with_mixed_rows(const mixcon::mix_plan<Region>& plan, const variable& x, index_t first,
                         const batch_share& share) {
  const auto samples = static_cast<index_t>(plan.partner.size());
  const index_t rows = x.extents()[0], own = share.samples(samples), end = first + own;
  const bool is_all = first == 0 && end == rows;
  variable made = blended(plan, rows_of_all_ranks(is_all ? x : slice(x, first, end)));
  if (share.parts > 1) made = slice(made, share.first(samples), share.first(samples) + own);
  if (is_all) return made;
  if (first > 0) made = concatenate(slice(x, 0, first), made);
  return end < rows ? concatenate(made, slice(x, end, rows)) : made;
}

/// Of blocks of whole batches of samples, those that this rank encodes.
inline variable own_rows(const variable& samples, const recipe_step& step) {
  if (step.share.parts == 1) return samples;
  kept_list<index_t> own;
  const index_t batch = step.shape.samples, first = step.share.first(batch);
  for (index_t block = 0; block < samples.extents()[0]; block += batch)
    for (index_t i = 0; i < step.own_samples(); ++i) own.push_back(block + first + i);
  return gather_rows(samples, own);
}

}  // namespace recipes
}  // namespace mixcon_train
