// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Brings maps of activation or saliency to a unit in which their sums cannot overflow.

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>

MIXCON_STRICT_FLOATS_BEGIN

// Maps (activation, attention, saliency) say what share of a sample is where: a map and a thousandth of it are the
// same. Sums of their numbers must then not depend on the unit they come in.
namespace mixcon::detail {

/// Neither infinite nor NaN.
inline bool is_finite_number(double value) { return value - value == 0; }

/// What a map's numbers are multiplied by, an exact power of two, so that neither their sums nor those of their squares
/// overflow or lose digits: 1 unless the largest of them is huge or tiny.
inline double map_unit(double largest) { return largest > 0x1p400 ? 0x1p-600 : largest < 0x1p-400 ? 0x1p600 : 1; }

/// The same for the map (H, W) of one sample, of numbers >= 0.
template <class T>
double unit_of_map(const tensor_view<T, 3>& maps, index_t sample) {
  double largest = 0;
  for (index_t y = 0; y < maps.extent(1); ++y)
    for (index_t x = 0; x < maps.extent(2); ++x) {
      const double value = static_cast<double>(maps(sample, y, x));
      largest = value > largest ? value : largest;
    }
  return map_unit(largest);
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
