// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that overwrites a box of each sample with a constant (Cutout, random erasing).

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/plan.hpp>

#include <string>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that overwrites a box of each sample with a constant; nobody has a partner, so everybody is his
/// own. The last two axes of the batch are rows and columns.
struct filled_boxes {
  /// Nothing of a partner.
  static filled_boxes none() { return {.boxes = {box{}}}; }
  static constexpr const char* kind = "fill";
  static constexpr int fewest_axes = 3;
  std::vector<box> boxes{};  ///< one for the batch, or one a sample
  double value = 0;          ///< in units of the samples: the mean, after normalisation

  const box& of(index_t sample) const { return boxes[boxes.size() == 1 ? 0 : static_cast<std::size_t>(sample)]; }
  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("box", region.boxes), visit("value", region.value);
  }
  friend bool operator==(const filled_boxes&, const filled_boxes&) = default;
};
inline std::string to_string(const filled_boxes& region) {
  return detail::written_exactly(region.value) + " inside boxes " + detail::written_list(region.boxes);
}

template <int Rank>
void check_region(const mix_plan<filled_boxes>& plan, const char* function, const axes<Rank>& extents) {
  detail::require_boxes(plan.region.boxes, plan.samples(), function, extents);
}

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<filled_boxes>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& /*partners*/, const tensor_view<T, Inner>& mixed) {
  detail::copy_block(own, mixed);
  const T value = detail::stored<T>(static_cast<detail::mixing_number<T>>(plan.region.value));
  detail::for_each_run(
      [value](index_t length, detail::run<T> y) {
        detail::for_each_element(
            length, [value](T& out) { out = value; }, y);
      },
      detail::inside_of(mixed, plan.region.of(i)));
}

template <class T, int Inner>
void unblend_own(const mix_plan<filled_boxes>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  detail::add_shown(false, plan.region.of(i), upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<filled_boxes>& /*plan*/, index_t /*i*/,
                     const tensor_view<const T, Inner>& /*upstream*/, const tensor_view<T, Inner>& /*gradient*/) {}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
