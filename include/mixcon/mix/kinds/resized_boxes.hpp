// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that resizes the partner, or a part of it, to a box and pastes it there (ResizeMix, SnapMix).

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/box.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/kinds/resize.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/plan.hpp>

#include <string>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that resizes a part of the partner to a box and pastes it there: the whole partner, or its
/// `sources`. The last two axes of the batch are rows and columns. Outside the box, and inside with `nearest`, it
/// copies.
struct resized_boxes {
  /// Nothing of a partner.
  static resized_boxes none() { return {.boxes = {box{}}, .sources = {}}; }
  static constexpr const char* kind = "resize_box";
  static constexpr int fewest_axes = 3;
  std::vector<box> boxes{};    ///< one for the batch, or one a sample
  std::vector<box> sources{};  ///< of the partner: none for all of it, else one for the batch, or one a sample
  interpolation how = interpolation::nearest;

  const box& of(index_t sample) const { return boxes[boxes.size() == 1 ? 0 : static_cast<std::size_t>(sample)]; }
  box source_of(index_t sample, index_t rows, index_t columns) const {
    if (sources.empty()) return {0, rows, 0, columns};
    return sources[sources.size() == 1 ? 0 : static_cast<std::size_t>(sample)];
  }
  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("box", region.boxes), visit("source_box", region.sources), visit("interpolation", region.how);
  }
  friend bool operator==(const resized_boxes&, const resized_boxes&) = default;
};
inline std::string to_string(const resized_boxes& region) {
  return "partner" + (region.sources.empty() ? "" : "'s boxes " + detail::written_list(region.sources)) + " resized (" +
         to_string(region.how) + ") into boxes " + detail::written_list(region.boxes);
}

template <int Rank>
void check_region(const mix_plan<resized_boxes>& plan, const char* function, const axes<Rank>& extents) {
  const resized_boxes& region = plan.region;
  detail::require_boxes(region.boxes, plan.samples(), function, extents);
  if (!region.sources.empty()) detail::require_boxes(region.sources, plan.samples(), function, extents);
  for (index_t i = 0; i < plan.samples(); ++i)
    MIXCON_REQUIRE(region.of(i).area() == 0 || region.source_of(i, extents[Rank - 2], extents[Rank - 1]).area() > 0,
                   function, ": sample ", i, " takes its box ", to_string(region.of(i)),
                   " from an empty part of its partner; leave both empty, or none.");
}

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<resized_boxes>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  detail::copy_block(own, mixed);
  const box source = plan.region.source_of(i, own.extent(Inner - 2), own.extent(Inner - 1));
  detail::resize(plan.region.how, detail::inside_of(detail::sample_of(partners, plan.partner_of(i)), source),
                 detail::inside_of(mixed, plan.region.of(i)));
}

template <class T, int Inner>
void unblend_own(const mix_plan<resized_boxes>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  detail::add_shown(false, plan.region.of(i), upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<resized_boxes>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                     const tensor_view<T, Inner>& gradient) {
  const box source = plan.region.source_of(i, upstream.extent(Inner - 2), upstream.extent(Inner - 1));
  detail::add_resized(plan.region.how, detail::inside_of(upstream, plan.region.of(i)),
                      detail::inside_of(gradient, source));
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
