// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/sums.hpp"

#include "autograd/checks.hpp"
#include "autograd/elementwise.hpp"
#include "autograd/shapes.hpp"

namespace mixcon_train {
inline namespace autograd {

namespace {
shape all_ones(shape extents) {
  for (int axis = 0; axis < extents.rank(); ++axis) extents[axis] = 1;
  return extents;
}
}  // namespace

variable sum_to(const variable& x, const shape& extents) {
  bool fits = x.extents().rank() == extents.rank();
  for (int axis = 0; fits && axis < extents.rank(); ++axis)
    fits = extents[axis] == 1 || extents[axis] == x.extents()[axis];
  MIXCON_REQUIRE(fits, "sum_to: ", to_string(x.extents()), " to ", to_string(extents),
                 "; expected one rank, and the same extent or 1 along each axis");
  const shape before = x.extents();
  return {x.on().summed(x.value(), extents), x, [before](const tensor& g) { return g.on().repeated(g, before); }};
}
variable mean_to(const variable& x, const shape& extents) {
  return scale(sum_to(x, extents), static_cast<double>(extents.size()) / static_cast<double>(x.extents().size()));
}
variable sum(const variable& x) { return reshape(sum_to(x, all_ones(x.extents())), {1}); }
variable mean(const variable& x) { return reshape(mean_to(x, all_ones(x.extents())), {1}); }

}  // namespace autograd
}  // namespace mixcon_train
