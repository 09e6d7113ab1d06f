// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Negatives as explicit rows of each anchor, and the gradient back to the keys they came from.

#include <mixcon/core/storage.hpp>
#include <mixcon/negatives/negative_list.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Rows that belong to each of N anchors alone, (N, k, D): explicit vectors for `candidates(own(rows.view()))`.
template <class T>
struct rows_of_anchors {
  index_t anchors = 0, each = 0, width = 0;
  std::vector<T> numbers = std::vector<T>(static_cast<std::size_t>(anchors * each * width));

  tensor_view<T, 3> view() { return {numbers.data(), {anchors, each, width}}; }
  tensor_view<const T, 3> view() const { return {numbers.data(), {anchors, each, width}}; }
  vector_view<T> row(index_t anchor, index_t j) { return {numbers.data() + (anchor * each + j) * width, {width}}; }
  vector_view<const T> row(index_t anchor, index_t j) const {
    return {numbers.data() + (anchor * each + j) * width, {width}};
  }
  /// Becomes rows of zeros of another shape, in the memory that it has.
  void zero_all(index_t rows, index_t of_each, index_t row_width) {
    anchors = rows, each = of_each, width = row_width;
    numbers.assign(static_cast<std::size_t>(rows * of_each * row_width), T(0));
  }
};

/// The keys (M, D) that a list names, as rows of their anchors: (N, m, D), for `listed_targets(list, 0)`. An empty slot
/// is a row of zeros.
template <detail::GivenTensor<2> Keys>
auto own_rows(const negative_list& list, const Keys& keys) {
  rows_of_anchors<std::remove_const_t<element_t<const Keys>>> rows;
  own_rows_again(rows, list, keys);
  return rows;
}
/// The same into rows of before: for a list and keys of the same size nothing is allocated.
template <class T, detail::GivenTensor<2> Keys>
void own_rows_again(rows_of_anchors<T>& rows, const negative_list& list, const Keys& keys) {
  const matrix_view<const T> k = detail::view_given<2>("own_rows", "the keys", keys);
  (list.check)("own_rows", k.extent(0));
  rows.zero_all(list.anchors, list.slots, k.extent(1));
  for (index_t a = 0; a < list.anchors; ++a)
    for (index_t s = 0; s < list.slots; ++s)
      for (index_t x = 0; x < rows.width && list.key_of(a, s) >= 0; ++x) rows.row(a, s)[x] = k(list.key_of(a, s), x);
}
/// The same with a positive of each anchor, (N, D), before them: (N, 1 + m, D), for `listed_targets(list)`.
template <detail::GivenTensor<2> Keys, detail::GivenTensor<2> Positives>
auto own_rows(const negative_list& list, const Keys& keys, const Positives& positives) {
  rows_of_anchors<std::remove_const_t<element_t<const Keys>>> rows;
  own_rows_again(rows, list, keys, positives);
  return rows;
}
/// The same into rows of before: for a list and keys of the same size nothing is allocated.
template <class T, detail::GivenTensor<2> Keys, detail::GivenTensor<2> Positives>
void own_rows_again(rows_of_anchors<T>& rows, const negative_list& list, const Keys& keys, const Positives& positives) {
  const matrix_view<const T> k = detail::view_given<2>("own_rows", "the keys", keys),
                             p = detail::view_given<2>("own_rows", "the positives", positives);
  const axes<2> expected{list.anchors, k.extent(1)};
  MIXCON_REQUIRE(p.extents() == expected, "own_rows: positives are ", p.extents(), "; expected ", expected,
                 ", one for each anchor of the list");
  (list.check)("own_rows", k.extent(0));
  rows.zero_all(list.anchors, 1 + list.slots, k.extent(1));
  for (index_t a = 0; a < list.anchors; ++a)
    for (index_t j = 0; j < rows.each; ++j)
      for (index_t x = 0; x < rows.width; ++x) {
        const std::int32_t key = j == 0 ? 0 : list.key_of(a, j - 1);
        if (key >= 0) rows.row(a, j)[x] = j == 0 ? p(a, x) : k(key, x);
      }
}

/// The adjoint of `own_rows`: adds the gradient by each anchor's rows to that by the keys, and by the positives where
/// the rows begin with them and their gradient is wanted. Rows are added in order, so the sums are reproducible.
template <class T>
void add_to_keys(const negative_list& list, const rows_of_anchors<T>& by_rows, const matrix_view<T>& by_keys,
                 const matrix_view<T>& by_positives = {}) {
  const index_t first = by_rows.each - list.slots;
  MIXCON_REQUIRE(by_rows.anchors == list.anchors && (first == 0 || first == 1) && by_rows.width == by_keys.extent(1),
                 "add_to_keys: rows are (", by_rows.anchors, ", ", by_rows.each, ", ", by_rows.width,
                 ") for a list of ", list.anchors, " x ", list.slots, " and keys ", by_keys.extents(),
                 "; expected the gradient of what own_rows gave");
  (list.check)("add_to_keys", by_keys.extent(0));
  for (index_t a = 0; a < list.anchors; ++a) {
    for (index_t x = 0; first == 1 && by_positives && x < by_rows.width; ++x)
      by_positives(a, x) += by_rows.row(a, 0)[x];
    for (index_t s = 0; s < list.slots; ++s)
      for (index_t x = 0; x < by_rows.width && list.key_of(a, s) >= 0; ++x)
        by_keys(list.key_of(a, s), x) += by_rows.row(a, first + s)[x];
  }
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
