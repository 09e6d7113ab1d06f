// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/arithmetic.hpp>
#include <mixcon/mix/mask.hpp>
#include <mixcon/mix/plan.hpp>
#include <mixcon/mix/runs.hpp>
#include <mixcon/mix/streaming.hpp>

#include <string>
#include <type_traits>

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

/// What a packet of places shows: own where the share is 1, the partner where it is 0, between them elsewhere.
template <class T>
packet_of<T> shown_packet(const double* shares, const T* own, const T* partner) {
  packet_of<T> keep;
  if constexpr (sizeof(T) == sizeof(double)) {
    keep = load_packet(shares);
  } else {
    typedef double wide __attribute__((vector_size(32)));
    wide share;
    __builtin_memcpy(&share, shares, sizeof share);
    keep = __builtin_convertvector(share, packet_of<T>);
  }
  const packet_of<T> x = load_packet(own), z = load_packet(partner);
  const packet_of<T> between = keep * x + (1 - keep) * z;
  const packet_of<T> not_own = keep == 0 ? z : between;
  return keep == 1 ? x : not_own;
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
  const auto shown = [](double share, const T& x, const T& z) {
    const number keep = static_cast<number>(share);
    const number between = keep * static_cast<number>(x) + (1 - keep) * static_cast<number>(z);
    const T partly = detail::stored<T>(between), not_own = keep == 0 ? z : partly;
    return keep == 1 ? x : not_own;
  };
  const bool streamed = detail::is_streamed(partners);
  detail::for_each_run(
      [=](index_t length, detail::run<const double> m, detail::run<const T> a, detail::run<const T> b,
          detail::run<T> y) {
        const bool together = m.step == 1 && a.step == 1 && b.step == 1 && y.step == 1;
        if constexpr (std::is_same_v<T, number>) {
          if (together)
            return detail::write_packets(
                y.data, length, b.data, streamed,
                [=](index_t k) { return detail::shown_packet(m.data + k, a.data + k, b.data + k); },
                [=](index_t k) { return shown(m.data[k], a.data[k], b.data[k]); });
        }
        detail::for_each_element(
            length, [=](const double& share, const T& x, const T& z, T& out) { out = shown(share, x, z); }, m, a, b, y);
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
