// SPDX-License-Identifier: BSD-3-Clause
#include "autograd/rows.hpp"

#include "autograd/checks.hpp"

#include <algorithm>

namespace mixcon_train {
inline namespace autograd {

namespace {

/// How a tensor is cut along an axis: `outer` pieces, each of `extent` entries of `inner` numbers.
struct cut {
  cut(const shape& extents, int axis) : extent(extents[axis]) {
    for (int k = 0; k < axis; ++k) outer *= extents[k];
    for (int k = axis + 1; k < extents.rank(); ++k) inner *= extents[k];
  }
  index_t outer = 1, extent, inner = 1;
};

/// Entries [first, end) of x along an axis.
tensor part_of(const tensor& x, int axis, index_t first, index_t end) {
  if (operator_kernels* const kernels = x.on().operators()) return kernels->part(x, axis, first, end);
  const cut from(x.extents(), axis);
  return computed(
      x.on(), detail::with_extent(x.extents(), axis, end - first),
      [=](auto* to, const auto* numbers) {
        for (index_t n = 0; n < from.outer; ++n, numbers += from.extent * from.inner)
          to = std::copy(numbers + first * from.inner, numbers + end * from.inner, to);
      },
      x);
}
/// The adjoint: x at entry `first` along an axis, of `extent` entries, which are 0 elsewhere.
tensor placed(const tensor& x, int axis, index_t first, index_t extent) {
  if (operator_kernels* const kernels = x.on().operators()) return kernels->placed(x, axis, first, extent);
  const cut from(x.extents(), axis);
  return computed(
      x.on(), detail::with_extent(x.extents(), axis, extent),
      [=](auto* to, const auto* numbers) {
        for (index_t n = 0; n < from.outer; ++n, numbers += from.extent * from.inner) {
          to = std::fill_n(to, first * from.inner, 0);
          to = std::copy(numbers, numbers + from.extent * from.inner, to);
          to = std::fill_n(to, (extent - first - from.extent) * from.inner, 0);
        }
      },
      x);
}
tensor joined(const tensor& a, const tensor& b, int axis) {
  if (operator_kernels* const kernels = a.on().operators()) return kernels->joined(a, b, axis);
  const cut first(a.extents(), axis), second(b.extents(), axis);
  return computed(
      a.on(), detail::with_extent(a.extents(), axis, first.extent + second.extent),
      [=](auto* to, const auto* x, const auto* y) {
        const index_t of_x = first.extent * first.inner, of_y = second.extent * second.inner;
        for (index_t n = 0; n < first.outer; ++n, x += of_x, y += of_y)
          to = std::copy(y, y + of_y, std::copy(x, x + of_x, to));
      },
      a, b);
}

variable concatenated(const char* name, const variable& a, const variable& b, int axis) {
  const shape &left = a.extents(), &right = b.extents();
  MIXCON_REQUIRE(left.rank() > axis && left.rank() == right.rank() &&
                     detail::with_extent(left, axis, 1) == detail::with_extent(right, axis, 1),
                 name, ": the inputs have shapes ", to_string(left), " and ", to_string(right),
                 "; expected the same but for the ", axis == 0 ? "first" : "second", " extent");
  const index_t first = left[axis], both = first + right[axis];
  return {joined(a.value(), b.value(), axis), {a, b}, [=](const tensor& g, const wanted_inputs& wanted) {
            tensor_list by(2);
            if (wanted[0]) by[0] = part_of(g, axis, 0, first);
            if (wanted[1]) by[1] = part_of(g, axis, first, both);
            return by;
          }};
}
variable sliced(const char* name, const char* parts, const variable& x, index_t first, index_t end, int axis) {
  MIXCON_REQUIRE(x.extents().rank() > axis && 0 <= first && first < end && end <= x.extents()[axis], name, ": ", parts,
                 " [", first, ", ", end, ") of ", to_string(x.extents()), "; expected a part of them");
  const index_t extent = x.extents()[axis];
  return {part_of(x.value(), axis, first, end), x, [=](const tensor& g) { return placed(g, axis, first, extent); }};
}

tensor gathered(const tensor& x, std::span<const index_t> from) {
  if (operator_kernels* const kernels = x.on().operators()) return kernels->gathered(x, {from.begin(), from.end()});
  const index_t width = x.extents().row_size();
  return computed(
      x.on(), detail::with_extent(x.extents(), 0, static_cast<index_t>(from.size())),
      [&](auto* to, const auto* numbers) {
        for (const index_t row : from)
          to = row < 0 ? std::fill_n(to, width, 0) : std::copy_n(numbers + row * width, width, to);
      },
      x);
}
tensor scattered(const tensor& x, std::span<const index_t> to_rows, index_t rows) {
  if (operator_kernels* const kernels = x.on().operators())
    return kernels->scattered(x, {to_rows.begin(), to_rows.end()}, rows);
  const index_t width = x.extents().row_size();
  return computed(
      x.on(), detail::with_extent(x.extents(), 0, rows),
      [&](auto* to, const auto* numbers) {
        std::fill_n(to, rows * width, 0);
        for (const index_t row : to_rows) {
          for (index_t k = 0; row >= 0 && k < width; ++k) to[row * width + k] += numbers[k];
          numbers += width;
        }
      },
      x);
}
void require_rows(const char* name, std::span<const index_t> named, index_t rows) {
  for (const index_t row : named)
    MIXCON_REQUIRE(row < rows, name, ": row ", row, " of ", rows, "; expected a number below that, or -1 for none");
}

}  // namespace

variable concatenate(const variable& above, const variable& below) {
  return concatenated("concatenate", above, below, 0);
}
variable slice(const variable& x, index_t first, index_t end) { return sliced("slice", "rows", x, first, end, 0); }
variable concatenate_channels(const variable& first, const variable& second) {
  return concatenated("concatenate_channels", first, second, 1);
}
variable slice_channels(const variable& x, index_t first, index_t end) {
  return sliced("slice_channels", "channels", x, first, end, 1);
}

variable gather_rows(const variable& x, std::span<const index_t> from) {
  const index_t rows = x.extents()[0];
  require_rows("gather_rows", from, rows);
  return {gathered(x.value(), from), x, [kept = kept_list<index_t>(from.begin(), from.end()), rows](const tensor& g) {
            return scattered(g, kept, rows);
          }};
}
variable scatter_rows(const variable& x, std::span<const index_t> to, index_t rows) {
  MIXCON_REQUIRE(static_cast<index_t>(to.size()) == x.extents()[0], "scatter_rows: ", to.size(), " places for ",
                 to_string(x.extents()), "; expected one for each row");
  require_rows("scatter_rows", to, rows);
  return {scattered(x.value(), to, rows), x,
          [kept = kept_list<index_t>(to.begin(), to.end())](const tensor& g) { return gathered(g, kept); }};
}

}  // namespace autograd
}  // namespace mixcon_train
