// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan in which each sample is either interpolated or has a box of its partner pasted.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <string>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan in which each sample is mixed either as `interpolated`, by its lambda, or as `pasted_boxes`: its
/// partner inside a box. A box copies, and what it covers cannot leak. The last two axes are rows and columns.
struct switched {
  static constexpr const char* kind = "switch";
  static constexpr int fewest_axes = 3;
  std::vector<box> boxes{};       ///< one for the batch, or one a sample; not read where nothing is pasted
  std::vector<index_t> pastes{};  ///< as many: 1 for a box, 0 for a lerp

  static switched none() { return {{box{}}, {1}}; }
  bool pasted(index_t sample) const { return pastes[pastes.size() == 1 ? 0 : static_cast<std::size_t>(sample)] != 0; }
  const box& of(index_t sample) const { return boxes[boxes.size() == 1 ? 0 : static_cast<std::size_t>(sample)]; }
  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("box", region.boxes), visit("pastes", region.pastes);
  }
  friend bool operator==(const switched&, const switched&) = default;
};
inline std::string to_string(const switched& region) {
  return "partner inside boxes " + detail::written_list(region.boxes) + " where " +
         detail::written_list(region.pastes) + " is 1, else lerp";
}

template <int Rank>
void check_region(const mix_plan<switched>& plan, const char* function, const axes<Rank>& extents) {
  detail::require_boxes(plan.region.boxes, plan.samples(), function, extents);
  MIXCON_REQUIRE(plan.region.pastes.size() == plan.region.boxes.size(), function, ": the plan has ",
                 plan.region.pastes.size(), " switches for ", plan.region.boxes.size(), " boxes; expected as many.");
}

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<switched>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  const tensor_view<const T, Inner> partner = detail::sample_of(partners, plan.partner_of(i));
  const bool streamed = detail::is_streamed(partners);
  if (!plan.region.pasted(i)) return detail::lerp_block(plan.lambda_of(i), own, partner, mixed, streamed);
  detail::paste_box(plan.region.of(i), partner, own, mixed, streamed);
}

template <class T, int Inner>
void unblend_own(const mix_plan<switched>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  if (plan.region.pasted(i)) return detail::add_shown(false, plan.region.of(i), upstream, gradient);
  detail::add_block(plan.lambda_of(i), upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<switched>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                     const tensor_view<T, Inner>& gradient) {
  if (plan.region.pasted(i)) return detail::add_shown(true, plan.region.of(i), upstream, gradient);
  detail::add_block(1 - plan.lambda_of(i), upstream, gradient);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
