// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/arithmetic.hpp>
#include <mixcon/mix/mask.hpp>
#include <mixcon/mix/plan.hpp>
#include <mixcon/mix/runs.hpp>

#include <string>

namespace mixcon {

/// The kind of plan that mixes by place: m * own + (1 - m) * partner. Where m is 0 or 1 it copies, so what is not shown
/// cannot leak, NaN included. Any rank of 2 and more; see `mask` for how the mask meets the batch.
struct masked {
  /// Nothing of a partner.
  static masked none() { return {mask::full({1, 1, 1, 1}, 1)}; }
  static constexpr const char* kind = "mask";
  mask shares{};  ///< m, of the own sample

  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("mask", region.shares);
  }
  friend bool operator==(const masked&, const masked&) = default;
};
inline std::string to_string(const masked& region) { return to_string(region.shares); }

template <int Rank>
void check_region(const mix_plan<masked>& plan, const char* function, const axes<Rank>& extents) {
  static_assert(Rank >= 2, "mixcon: a plan of masks mixes samples with places; numbers (N) take lerp");
  detail::require_mask(plan.region.shares, function, extents);
}

namespace detail {

/// to += share * from, place by place; a share of 0 adds nothing, whatever stands in `from`.
template <class T, int Rank>
void add_shares(bool of_own, const tensor_view<const double, Rank>& shares, const tensor_view<const T, Rank>& from,
                const tensor_view<T, Rank>& to) {
  using number = mixing_number<T>;
  for_each_run(
      [=](index_t length, run<const double> m, run<const T> source, run<T> target) {
        for_each_element(
            length,
            [=](const double& share, const T& x, T& sum) {
              const number factor = static_cast<number>(of_own ? share : 1 - share);
              sum = factor == 0 ? sum : stored<T>(static_cast<number>(sum) + factor * static_cast<number>(x));
            },
            m, source, target);
      },
      shares, from, to);
}

}  // namespace detail

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<masked>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  using number = detail::mixing_number<T>;
  detail::for_each_run(
      [](index_t length, detail::run<const double> m, detail::run<const T> a, detail::run<const T> b,
         detail::run<T> y) {
        detail::for_each_element(
            length,
            [](const double& share, const T& x, const T& z, T& out) {
              const number keep = static_cast<number>(share);
              const T between = detail::stored<T>(keep * static_cast<number>(x) + (1 - keep) * static_cast<number>(z));
              const T shown = keep == 0 ? z : between;
              out = keep == 1 ? x : shown;
            },
            m, a, b, y);
      },
      detail::mask_of_sample(plan.region.shares, i, own.extents()), own,
      detail::sample_of(partners, plan.partner_of(i)), mixed);
}

template <class T, int Inner>
void unblend_own(const mix_plan<masked>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  detail::add_shares(true, detail::mask_of_sample(plan.region.shares, i, upstream.extents()), upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<masked>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                     const tensor_view<T, Inner>& gradient) {
  detail::add_shares(false, detail::mask_of_sample(plan.region.shares, i, upstream.extents()), upstream, gradient);
}

}  // namespace mixcon
