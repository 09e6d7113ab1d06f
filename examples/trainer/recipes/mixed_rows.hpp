// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "autograd/blend_node.hpp"
#include "autograd/rows.hpp"

namespace mixcon_train {
inline namespace recipes {

/// Rows (M, ...), of which those from `first` on, as many as the plan has samples, are mixed among themselves; the
/// others stay. Hidden features too.
template <class Region>
variable with_mixed_rows(const mixcon::mix_plan<Region>& plan, const variable& x, index_t first = 0) {
  const index_t rows = x.extents()[0], end = first + static_cast<index_t>(plan.partner.size());
  if (first == 0 && end == rows) return blended(plan, x);
  variable made = blended(plan, slice(x, first, end));
  if (first > 0) made = concatenate(slice(x, 0, first), made);
  return end < rows ? concatenate(made, slice(x, end, rows)) : made;
}

}  // namespace recipes
}  // namespace mixcon_train
