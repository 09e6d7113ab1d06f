// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/tensor_view.hpp>

#include <cstdint>

namespace mixcon::detail {

/// The bytes from the first to behind the last element of a view.
struct byte_range {
  std::uintptr_t first = 0, last = 0;
};
template <class T, int Rank>
byte_range bytes_of(const tensor_view<T, Rank>& v) {
  if (v.empty() || !v) return {};
  index_t low = 0, high = 0;
  for (int axis = 0; axis < Rank; ++axis) {
    const index_t reach = (v.extent(axis) - 1) * v.stride(axis);
    (reach < 0 ? low : high) += reach;
  }
  const auto at = reinterpret_cast<std::uintptr_t>(v.data());
  const auto size = static_cast<index_t>(sizeof(T));
  return {at + static_cast<std::uintptr_t>(low * size), at + static_cast<std::uintptr_t>((high + 1) * size)};
}

/// A view as parallel strips of adjacent elements, whichever axis that is: rows of a row-major matrix, columns of a
/// column-major one. `pitch` is 0 where it is neither.
struct strips {
  index_t pitch = 0, length = 0;
};
template <class T, int Rank>
strips strips_of(const tensor_view<T, Rank>& v) {
  for (int axis = 1; axis + 1 < Rank; ++axis)
    if (v.extent(axis) != 1) return {};
  if (v.stride(Rank - 1) == 1 && v.stride(0) > 0) return {v.stride(0), v.extent(Rank - 1)};
  if (v.stride(0) == 1 && v.stride(Rank - 1) > 0) return {v.stride(Rank - 1), v.extent(0)};
  return {};
}

/// Whether two views whose byte ranges meet have yet no element in common: blocks side by side in one larger matrix.
template <class A, int RankA, class B, int RankB>
bool side_by_side(const tensor_view<A, RankA>& a, const tensor_view<B, RankB>& b) {
  const strips x = strips_of(a), y = strips_of(b);
  constexpr auto size = static_cast<std::intptr_t>(sizeof(A));
  const std::intptr_t bytes = reinterpret_cast<std::intptr_t>(b.data()) - reinterpret_cast<std::intptr_t>(a.data());
  if (sizeof(A) != sizeof(B) || x.pitch == 0 || x.pitch != y.pitch || bytes % size != 0) return false;
  const index_t step = static_cast<index_t>(bytes / size) % x.pitch;
  const index_t start = step < 0 ? step + x.pitch : step;  // where b's strips start within a's
  return start >= x.length && start + y.length <= x.pitch;
}

/// Whether two views may share an element.
template <class A, int RankA, class B, int RankB>
bool overlaps(const tensor_view<A, RankA>& a, const tensor_view<B, RankB>& b) {
  const byte_range x = bytes_of(a), y = bytes_of(b);
  if (x.first >= y.last || y.first >= x.last) return false;
  return !side_by_side(a, b);
}

}  // namespace mixcon::detail
