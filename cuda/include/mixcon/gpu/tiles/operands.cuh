// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Rows as tensor cores take them: packed rows rounded to two-byte numbers, padded to 64, 128 or 256 of them.

#include <mixcon/gpu/rows.cuh>

namespace mixcon::gpu {

/// How a row's numbers become operands: as one Element each, or as two, the number rounded and what that left, whose
/// products are then three: high high + high low + low high, which misses about 2^-16 of each.
template <class Element_, int Parts>
struct operand {
  static_assert(Parts == 1 || Parts == 2);
  using Element = Element_;
  static constexpr int parts = Parts;
};
/// What rows of E become: float is split into two bfloat16.
template <class E>
struct operand_of_rows;
template <>
struct operand_of_rows<bfloat16> {
  using type = operand<bfloat16, 1>;
};
template <>
struct operand_of_rows<half> {
  using type = operand<half, 1>;
};
template <>
struct operand_of_rows<float> {
  using type = operand<bfloat16, 2>;
};

constexpr index_t widest_operand = 256;
/// How many numbers a row of `width` is padded to, for each of its parts.
MIXCON_HD constexpr int padded_width(index_t width) { return width <= 64 ? 64 : width <= 128 ? 128 : 256; }

/// Rows of operands: the parts of a row one after the other, each padded with zeros.
template <class Operand>
struct operand_rows {
  typename Operand::Element* data = nullptr;  // (count, parts * padded width)
  float* mark = nullptr;  // (count): 0; NaN for a row with an entry that is no finite number, whose operands are zeros
  index_t count = 0;
};

// a warp a row: rounds packed rows, whose length pack_rows has made 1 where that was asked for. A row that is not
// finite becomes zeros and a mark that is added to its similarities: so a hidden one leaves the products' sums alone
template <class Operand>
__global__ void pack_operands(device_rows<float> from, int padded, operand_rows<Operand> to) {
  using Element = typename Operand::Element;
  const index_t i = warp_of_grid(), lane = lane_of_warp();
  if (i >= from.count) return;
  const float* row = from.row(i);
  Element* high = to.data + i * padded * Operand::parts;
  int odd = 0;
  for (index_t k = lane; k < from.width; k += warp_size) {
    const auto rounded_entry = static_cast<float>(rounded<Element>(row[k]));
    odd |= rounded_entry - rounded_entry == 0.0F ? 0 : 1;
  }
  odd = merged_by_warp(odd, [](int& a, const int& b) { a |= b; });
  for (index_t k = lane; k < padded; k += warp_size) {
    const float x = k < from.width && odd == 0 ? row[k] : 0.0F;
    high[k] = rounded<Element>(x);
    if constexpr (Operand::parts == 2) high[padded + k] = rounded<Element>(x - static_cast<float>(high[k]));
  }
  if (lane == 0) to.mark[i] = odd == 0 ? 0.0F : __builtin_nanf("");
}

}  // namespace mixcon::gpu
