// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that mixes a sample with several partners, by one mask each.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/kinds/laid_mask.hpp>
#include <mixcon/mix/kinds/mask.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/line_sum.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/memory/sample_sum.hpp>
#include <mixcon/mix/memory/streaming.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <string>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that mixes a sample with A partners by place: the sum over a of mask a times source a, where source
/// 0 is the own sample. The first partner is the plan's `partner`, the others are `more_partners`. The masks have the
/// same extents and sum to 1 everywhere. Kim et al. 2021 (Co-Mixup), arXiv:2102.03065.
struct multi_mask {
  /// Nothing of a partner.
  static multi_mask none() { return {{}, {mask::full({1, 1, 1, 1}, 1), mask::full({1, 1, 1, 1}, 0)}}; }
  static constexpr const char* kind = "multi_mask";
  static constexpr int fewest_axes = 2;
  static constexpr bool is_quick = true;
  std::vector<std::vector<index_t>> more_partners{};  ///< (A - 1) lists of N
  std::vector<mask> masks{};                          ///< A + 1, of the own sample first

  index_t partners() const { return static_cast<index_t>(more_partners.size()) + 1; }
  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("more_perms", region.more_partners), visit("masks", region.masks);
  }
  friend bool operator==(const multi_mask&, const multi_mask&) = default;
};
inline std::string to_string(const multi_mask& region) {
  std::string text;
  for (const auto& partner : region.more_partners) text += "and partner " + detail::written_list(partner) + ", ";
  return text + "masks " + detail::written_list(region.masks);
}

/// The share of each source in the label of each sample, (N, A + 1): the mean of its mask.
inline std::vector<double> label_shares(const mix_plan<multi_mask>& plan) {
  std::vector<double> shares;
  for (index_t i = 0; i < plan.samples(); ++i)
    for (const mask& of_source : plan.region.masks) shares.push_back(of_source.mean(i));
  return shares;
}

template <int Rank>
void check_region(const mix_plan<multi_mask>& plan, const char* function, const axes<Rank>& extents) {
  static_assert(Rank >= 2, "mixcon: a plan of masks mixes samples with places; numbers (N) take multi_lerp");
  const std::vector<mask>& masks = plan.region.masks;
  MIXCON_REQUIRE(static_cast<index_t>(masks.size()) == plan.region.partners() + 1, function, ": the plan has ",
                 masks.size(), " masks for ", plan.region.partners(),
                 " partners; expected one for the own sample and one a partner.");
  for (const mask& of_source : masks) {
    MIXCON_REQUIRE(of_source.extents == masks[0].extents, function, ": masks are ", masks[0].extents, " and ",
                   of_source.extents, "; all must have the same extents.");
    detail::require_mask(of_source, function, extents);
  }
  bool whole = true;
  for (std::size_t k = 0; k < masks[0].values.size(); ++k) {
    double sum = 0;
    for (const mask& of_source : masks) sum += of_source.values[k];
    whole = whole && sum > 1 - 1e-6 && sum < 1 + 1e-6;
  }
  MIXCON_REQUIRE(whole, function, ": the masks do not sum to 1 everywhere; they are the shares of the sources.");
}

namespace detail {

/// The masks of a sample in the order of its memory.
template <class T, int Inner>
std::vector<laid_shares<T>> lay_masks(const mix_plan<multi_mask>& plan, index_t i,
                                      const tensor_view<T, Inner>& sample) {
  std::vector<laid_shares<T>> laid;
  for (const mask& of_source : plan.region.masks)
    laid.push_back(lay_shares(mask_of_sample(of_source, i, sample.extents()), sample));
  return laid;
}

}  // namespace detail

/// The batch's masks, where they serve all samples and each sample is one run of memory.
template <class T, int Rank>
std::vector<detail::laid_shares<T>> prepare_blend(const mix_plan<multi_mask>& plan, const tensor_view<T, Rank>& mixed) {
  if constexpr (detail::MixedByLine<T>) {
    const auto first = detail::sample_of(mixed, 0);
    if (plan.region.masks[0].extents[0] == 1 && detail::is_one_run(first)) return detail::lay_masks(plan, 0, first);
  }
  return {};
}

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<multi_mask>& plan, const std::vector<detail::laid_shares<T>>& of_batch, index_t i,
                  const tensor_view<const T, Inner>& own, const tensor_view<const T, Rank>& partners,
                  const tensor_view<T, Inner>& mixed) {
  const auto source = [&](index_t a) {
    return a == 0 ? own : detail::sample_of(partners, detail::partner_list(plan, a)[static_cast<std::size_t>(i)]);
  };
  if constexpr (detail::MixedByLine<T>) {
    if (detail::is_one_run(own, source(1), mixed)) {
      const auto of_sample =
          of_batch.empty() ? detail::lay_masks(plan, i, mixed) : std::vector<detail::laid_shares<T>>{};
      const auto& masks = of_batch.empty() ? of_sample : of_batch;
      std::vector<detail::sum_term<T>> terms;
      for (index_t first = 0; first < mixed.size(); first += masks[0].period) {
        (terms.clear)();
        for (std::size_t a = 0; a < masks.size(); ++a)
          terms.push_back({.values = source(static_cast<index_t>(a)).data() + first, .shares = masks[a].numbers});
        detail::write_sum<T>(terms, mixed.data() + first, masks[0].period, detail::is_streamed(partners));
      }
      return;
    }
  }
  detail::sample_sum<T, Inner> sum(own.extents());
  for (index_t a = 0; a <= plan.region.partners(); ++a)
    sum.add(detail::mask_of_sample(plan.region.masks[static_cast<std::size_t>(a)], i, own.extents()), source(a));
  sum.store(mixed);
}

template <class T, int Inner>
void unblend_own(const mix_plan<multi_mask>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  unblend_partner(plan, i, 0, upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<multi_mask>& plan, index_t i, index_t a,
                     const tensor_view<const T, Inner>& upstream, const tensor_view<T, Inner>& gradient) {
  const mask& shares = plan.region.masks[static_cast<std::size_t>(a)];
  detail::add_shares(true, detail::mask_of_sample(shares, i, upstream.extents()), upstream, gradient);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
