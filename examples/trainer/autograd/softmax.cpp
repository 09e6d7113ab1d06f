// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/softmax.hpp"

#include "autograd/checks.hpp"

#include <algorithm>
#include <cmath>

namespace mixcon_train {
inline namespace autograd {

namespace {

/// Calls f(first, step) for every line of a tensor along an axis: its numbers are at first, first + step, ...
template <class F>
void for_each_line(const shape& extents, int axis, F&& f) {
  index_t step = 1;
  for (int k = axis + 1; k < extents.rank(); ++k) step *= extents[k];
  for (index_t outer = 0; outer < extents.size(); outer += step * extents[axis])
    for (index_t inner = 0; inner < step; ++inner) f(outer + inner, step);
}

variable softmax_along(const char* name, const variable& x, int axis, bool is_log) {
  const int rank = x.extents().rank(), along = axis < 0 ? rank + axis : axis;
  MIXCON_REQUIRE(along >= 0 && along < rank, name, ": axis ", axis, " of ", to_string(x.extents()),
                 "; expected one of its axes, or -1 for the last");
  if (operator_kernels* const kernels = x.on().operators()) {
    const tensor out = kernels->softmax(x.value(), along, is_log);
    return {out, x, [=](const tensor& g) { return kernels->softmax_gradient(g, out, along, is_log); }};
  }
  const shape extents = x.extents();
  const index_t length = extents[along];
  const tensor out = computed(
      x.on(), extents,
      [&](auto* to, const auto* from) {
        using T = std::remove_pointer_t<decltype(to)>;
        for_each_line(extents, along, [&](index_t first, index_t step) {
          T top = from[first], sum = 0;
          for (index_t k = 1; k < length; ++k) top = std::max(top, from[first + k * step]);
          for (index_t k = 0; k < length; ++k) sum += to[first + k * step] = std::exp(from[first + k * step] - top);
          for (index_t k = 0; k < length; ++k)
            to[first + k * step] = is_log ? from[first + k * step] - top - std::log(sum) : to[first + k * step] / sum;
        });
      },
      x.value());
  return {out, x, [=](const tensor& upstream) {
            return computed(
                upstream.on(), extents,
                [&](auto* to, const auto* g, const auto* y) {
                  using T = std::remove_pointer_t<decltype(to)>;
                  for_each_line(extents, along, [&](index_t first, index_t step) {
                    T along_it = 0;  // of the gradient: what a common offset would change
                    for (index_t at = first; at < first + length * step; at += step)
                      along_it += is_log ? g[at] : g[at] * y[at];
                    for (index_t at = first; at < first + length * step; at += step)
                      to[at] = is_log ? g[at] - std::exp(y[at]) * along_it : y[at] * (g[at] - along_it);
                  });
                },
                upstream, out);
          }};
}

}  // namespace

variable softmax(const variable& x, int axis) { return softmax_along("softmax", x, axis, false); }
variable log_softmax(const variable& x, int axis) { return softmax_along("log_softmax", x, axis, true); }

}  // namespace autograd
}  // namespace mixcon_train
