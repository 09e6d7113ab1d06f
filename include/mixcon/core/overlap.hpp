// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Whether two views share memory or rows; calls refuse outputs that overlap their inputs.

#include <mixcon/core/distinct_integers.hpp>
#include <mixcon/core/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

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

/// Whether `apart` is a sum of k[axis] * strides[axis] with -behind[axis] < k[axis] < before[axis] on every axis.
template <int Rank>
bool is_sum_of_strides(index_t apart, const axes<Rank>& before, const axes<Rank>& behind, const axes<Rank>& strides,
                       unsigned used = 0) {
  const auto size = [&](int axis) { return strides[axis] < 0 ? -strides[axis] : strides[axis]; };
  const auto steps = [&](int axis) { return (before[axis] > behind[axis] ? before[axis] : behind[axis]) - 1; };
  int widest = -1;
  index_t reach = 0;  // of all axes that are left, except the widest
  for (int axis = 0; axis < Rank; ++axis) {
    if ((used >> axis & 1u) != 0 || strides[axis] == 0) continue;
    reach += steps(axis) * size(axis);
    if (widest < 0 || size(axis) > size(widest)) widest = axis;
  }
  if (widest < 0) return apart == 0;
  reach -= steps(widest) * size(widest);
  for (index_t k = 1 - behind[widest]; k < before[widest]; ++k) {
    const index_t rest = apart - k * strides[widest];
    if (rest >= -reach && rest <= reach && is_sum_of_strides(rest, before, behind, strides, used | 1u << widest))
      return true;
  }
  return false;
}

/// Whether two tensors share memory. Exact for tensors of the same strides, such as the two views of a batch (N, 2,
/// ...) or blocks side by side in one matrix; where strides differ, tensors that are interleaved count as overlapping.
template <class A, class B, int RankA, int RankB>
bool overlap(const tensor_view<A, RankA>& a, const tensor_view<B, RankB>& b) {
  if (!a || !b || a.empty() || b.empty()) return false;
  const address_range of_a = addresses(a), of_b = addresses(b);
  if (of_a.end <= of_b.first || of_b.end <= of_a.first) return false;
  if constexpr (RankA == RankB && sizeof(A) == sizeof(B)) {
    const std::intptr_t bytes = reinterpret_cast<std::intptr_t>(b.data()) - reinterpret_cast<std::intptr_t>(a.data());
    const auto size = static_cast<std::intptr_t>(sizeof(A));
    if (a.strides() == b.strides() && bytes % size == 0)
      return is_sum_of_strides(static_cast<index_t>(bytes / size), a.extents(), b.extents(), a.strides());
  }
  return true;
}

/// Whether two tensors whose last axis is a row have a row in common: the same elements in the same order. Exact for
/// any strides.
template <class A, class B, int RankA, int RankB>
bool share_rows(const tensor_view<A, RankA>& a, const tensor_view<B, RankB>& b) {
  static_assert(RankA >= 2 && RankA <= 3 && RankB >= 2 && RankB <= 3);
  const index_t width = a.extent(RankA - 1);
  if (!a || !b || a.empty() || b.empty() || width != b.extent(RankB - 1)) return false;
  if (width > 1 && a.stride(RankA - 1) != b.stride(RankB - 1)) return false;
  const address_range of_a = addresses(a), of_b = addresses(b);
  if (of_a.end <= of_b.first || of_b.end <= of_a.first) return false;
  const auto for_each_row = [](const auto& tensor, auto&& task) {
    constexpr bool is_matrix = std::remove_cvref_t<decltype(tensor)>::rank == 2;
    for (index_t i = 0; i < tensor.extent(0); ++i)
      for (index_t j = 0; j < (is_matrix ? 1 : tensor.extent(1)); ++j)
        task(reinterpret_cast<std::intptr_t>(tensor.data() + i * tensor.stride(0) +
                                             (is_matrix ? 0 : j * tensor.stride(1))));
  };
  distinct_integers starts;
  for_each_row(a, [&](std::intptr_t start) { starts.number(start); });
  bool any = false;
  for_each_row(b, [&](std::intptr_t start) { any = any || starts.find(start) >= 0; });
  return any;
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
