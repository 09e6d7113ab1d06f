// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/tensor_view.hpp>

#include <cstdint>

namespace mixcon::detail {

struct address_range {
  std::intptr_t first, end;
};

template <class T, int Rank>
address_range addresses(const tensor_view<T, Rank>& tensor) {
  index_t low = 0, high = 0;
  for (int axis = 0; axis < Rank; ++axis) {
    const index_t reach = (tensor.extent(axis) - 1) * tensor.stride(axis);
    (reach < 0 ? low : high) += reach;
  }
  const auto base = reinterpret_cast<std::intptr_t>(tensor.data());
  const auto size = static_cast<std::intptr_t>(sizeof(T));
  return {base + static_cast<std::intptr_t>(low) * size, base + static_cast<std::intptr_t>(high + 1) * size};
}

/// Whether `apart` is a sum of whole strides, on every axis fewer than its extent in either direction.
template <int Rank>
bool is_sum_of_strides(index_t apart, const axes<Rank>& extents, const axes<Rank>& strides, unsigned used = 0) {
  int widest = -1;
  index_t reach = 0;  // of all axes that are left, except the widest
  for (int axis = 0; axis < Rank; ++axis) {
    if ((used >> axis & 1u) != 0 || strides[axis] == 0) continue;
    const auto size = [&](int a) { return strides[a] < 0 ? -strides[a] : strides[a]; };
    reach += (extents[axis] - 1) * size(axis);
    if (widest < 0 || size(axis) > size(widest)) widest = axis;
  }
  if (widest < 0) return apart == 0;
  const index_t stride = strides[widest] < 0 ? -strides[widest] : strides[widest], last = extents[widest] - 1;
  reach -= last * stride;
  for (index_t k = -last; k <= last; ++k) {
    const index_t rest = apart - k * stride;
    if (rest >= -reach && rest <= reach && is_sum_of_strides(rest, extents, strides, used | 1u << widest)) return true;
  }
  return false;
}

/// Whether two tensors share memory. Exact for tensors of one form, such as the two views of a batch (N, 2, ...); where
/// the forms differ, tensors that are interleaved count as overlapping.
template <class A, class B, int RankA, int RankB>
bool overlap(const tensor_view<A, RankA>& a, const tensor_view<B, RankB>& b) {
  if (a.empty() || b.empty()) return false;
  const address_range of_a = addresses(a), of_b = addresses(b);
  if (of_a.end <= of_b.first || of_b.end <= of_a.first) return false;
  if constexpr (RankA == RankB && sizeof(A) == sizeof(B)) {
    const std::intptr_t bytes = reinterpret_cast<std::intptr_t>(b.data()) - reinterpret_cast<std::intptr_t>(a.data());
    const auto size = static_cast<std::intptr_t>(sizeof(A));
    if (a.strides() == b.strides() && a.extents() == b.extents() && bytes % size == 0)
      return is_sum_of_strides(static_cast<index_t>(bytes / size), a.extents(), a.strides());
  }
  return true;
}

}  // namespace mixcon::detail
