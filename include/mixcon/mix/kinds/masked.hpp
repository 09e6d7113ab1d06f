// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that mixes by place: m * own + (1 - m) * partner, with a mask m.

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/kinds/laid_mask.hpp>
#include <mixcon/mix/kinds/mask.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/memory/streaming.hpp>
#include <mixcon/mix/plan.hpp>

#include <cstddef>
#include <string>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that mixes by place: m * own + (1 - m) * partner. Where m is 0 or 1 it copies, so what is not shown
/// cannot leak, NaN included. Any rank of 2 and more; see `mask` for how the mask meets the batch.
struct masked {
  /// Nothing of a partner.
  static masked none() { return {mask::full({1, 1, 1, 1}, 1)}; }
  static constexpr const char* kind = "mask";
  static constexpr int fewest_axes = 2;
  static constexpr bool is_quick = true;
  bool mixes_channels_alike() const { return shares.extents[0] == 1 && shares.extents[1] == 1; }
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
  static_assert(Rank >= 2, "mixcon: a plan of masks mixes samples with places; numbers (N) take interpolated");
  detail::require_mask(plan.region.shares, function, extents);
}

namespace detail {

/// A run of a sample that is several runs.
template <class T>
void mix_run(index_t length, run<const double> shares, run<const T> own, run<const T> partner, run<T> mixed) {
  using number = mixing_number<T>;
  if constexpr (std::is_same_v<T, number> && MixedByLine<T>) {
    if (shares.step == 1 && own.step == 1 && partner.step == 1 && mixed.step == 1)
      return write_packets(
          mixed.data, length, partner.data, false,
          [=](index_t k) {
            T keep[static_cast<std::size_t>(packet_size<T>)];
            for (index_t p = 0; p < packet_size<T>; ++p) keep[p] = static_cast<T>(shares.data[k + p]);
            return shown_packet<T>(load_packet(keep), load_packet(own.data + k), load_packet(partner.data + k));
          },
          [=](index_t k) { return shown_value<T>(static_cast<T>(shares.data[k]), own.data[k], partner.data[k]); });
  }
  for_each_element(
      length,
      [](const double& share, const T& x, const T& z, T& out) {
        out = shown_value<T>(static_cast<number>(share), x, z);
      },
      shares, own, partner, mixed);
}

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
              sum = factor == 0 ? sum : stored<T>(as_number(sum) + factor * as_number(x));
            },
            m, source, target);
      },
      shares, from, to);
}

}  // namespace detail

/// The batch's mask, where one mask serves all samples and each of them is one run of memory.
template <class T, int Rank>
detail::laid_mask<T> prepare_blend(const mix_plan<masked>& plan, const tensor_view<T, Rank>& mixed) {
  if constexpr (detail::MixedByLine<T>) {
    const auto first = detail::sample_of(mixed, 0);
    if (plan.region.shares.extents[0] == 1 && detail::is_one_run(first))
      return detail::laid_mask<T>(
          detail::lay_shares(detail::mask_of_sample(plan.region.shares, 0, first.extents()), first));
  }
  return {};
}

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<masked>& plan, const detail::laid_mask<T>& of_batch, index_t i,
                  const tensor_view<const T, Inner>& own, const tensor_view<const T, Rank>& partners,
                  const tensor_view<T, Inner>& mixed) {
  const tensor_view<const double, Inner> shares = detail::mask_of_sample(plan.region.shares, i, own.extents());
  const tensor_view<const T, Inner> partner = detail::sample_of(partners, plan.partner_of(i));
  if constexpr (detail::MixedByLine<T>) {
    if (detail::is_one_run(own, partner, mixed)) {
      const auto mix = [&](const detail::laid_mask<T>& mask) {
        mask.mix(own.data(), partner.data(), mixed.data(), own.size(), detail::is_streamed(partners));
      };
      const bool fits =
          of_batch.period() == tensor_view<char, Inner>(nullptr, detail::extents_of_period(shares, mixed)).size();
      return fits ? mix(of_batch) : mix(detail::laid_mask<T>(detail::lay_shares(shares, mixed)));
    }
  }
  detail::for_each_run([](index_t length, auto... runs) { detail::mix_run<T>(length, runs...); }, shares, own, partner,
                       mixed);
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

MIXCON_STRICT_FLOATS_END
