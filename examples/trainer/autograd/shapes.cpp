// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/shapes.hpp"

#include "autograd/checks.hpp"

namespace mixcon_train {
inline namespace autograd {

namespace {

/// Matrices that lie one behind the other, each transposed.
tensor transposed(const tensor& x) {
  if (operator_kernels* const kernels = x.on().operators()) return kernels->transposed(x);
  const shape& e = x.extents();
  const int last = e.rank() - 1;
  const index_t rows = e[last - 1], columns = e[last], matrices = e.size() / (rows * columns);
  shape extents = e;
  extents[last - 1] = columns, extents[last] = rows;
  return computed(
      x.on(), extents,
      [=](auto* to, const auto* from) {
        for (index_t n = 0; n < matrices; ++n, from += rows * columns, to += rows * columns)
          for (index_t i = 0; i < rows; ++i)
            for (index_t j = 0; j < columns; ++j) to[j * rows + i] = from[i * columns + j];
      },
      x);
}

}  // namespace

variable reshape(const variable& x, const shape& extents) {
  MIXCON_REQUIRE(extents.size() == x.extents().size(), "reshape: ", to_string(x.extents()), " to ", to_string(extents),
                 "; expected a shape of the same size");
  const shape before = x.extents();
  return {detail::as_shaped(x.value(), extents), x, [before](const tensor& g) { return detail::as_shaped(g, before); }};
}
variable flatten(const variable& x) { return reshape(x, {x.extents()[0], x.extents().row_size()}); }

variable transpose(const variable& x) {
  MIXCON_REQUIRE(x.extents().rank() == 2 || x.extents().rank() == 3, "transpose: the input has shape ",
                 to_string(x.extents()), "; expected a matrix, or (matrices, rows, columns)");
  return {transposed(x.value()), x, [](const tensor& g) { return transposed(g); }};
}

}  // namespace autograd
}  // namespace mixcon_train
