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
#include <vector>

namespace mixcon {

/// The kind of plan that mixes by place: m * own + (1 - m) * partner. Where m is 0 or 1 it copies, so what is not shown
/// cannot leak, NaN included. Any rank of 2 and more; see `mask` for how the mask meets the batch.
struct masked {
  /// Nothing of a partner.
  static masked none() { return {mask::full({1, 1, 1, 1}, 1)}; }
  static constexpr const char* kind = "mask";
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
  static_assert(Rank >= 2, "mixcon: a plan of masks mixes samples with places; numbers (N) take lerp");
  detail::require_mask(plan.region.shares, function, extents);
}

namespace detail {

/// A mask (H, W) as values are mixed, and what each block of 64 bytes of a plane shows: FMix and the like copy most.
template <class T>
struct mask_blocks {
  enum : unsigned char { own, partner, both };
  static constexpr index_t block = static_cast<index_t>(64 / sizeof(T));
  std::vector<T> shares{};
  std::vector<unsigned char> shows{};

  void read(const double* mask, index_t places) {
    shares.resize(static_cast<std::size_t>(places));
    shows.assign(static_cast<std::size_t>((places + block - 1) / block), both);
    for (index_t first = 0; first < places; first += block) {
      const index_t last = first + block < places ? first + block : places;
      int kept = 0, taken = 0;
      for (index_t k = first; k < last; ++k) {
        const T share = static_cast<T>(mask[k]);
        kept += share == 1 ? 1 : 0, taken += share == 0 ? 1 : 0;
        shares[static_cast<std::size_t>(k)] = share;
      }
      unsigned char& shown = shows[static_cast<std::size_t>(first / block)];
      if (kept == last - first) shown = own;
      if (taken == last - first) shown = partner;
    }
  }
};

/// What a packet of places shows: own where the share is 1, the partner where it is 0, between them elsewhere.
template <class T>
packet_of<T> shown_packet(const T* shares, const T* own, const T* partner) {
  const packet_of<T> keep = load_packet(shares), x = load_packet(own), z = load_packet(partner);
  const packet_of<T> between = keep * x + (1 - keep) * z;
  const packet_of<T> not_own = keep == 0 ? z : between;
  return keep == 1 ? x : not_own;
}

template <class T>
packet_of<T> shown_packet_of(const double* shares, const T* own, const T* partner) {
  T keep[static_cast<std::size_t>(packet_size<T>)];
  for (index_t k = 0; k < packet_size<T>; ++k) keep[k] = static_cast<T>(shares[k]);
  return shown_packet(keep, own, partner);
}
/// A value between two; where the share is 1 or 0 a copy.
template <class T>
T shown_value(mixing_number<T> keep, const T& x, const T& z) {
  using number = mixing_number<T>;
  const T partly = stored<T>(keep * static_cast<number>(x) + (1 - keep) * static_cast<number>(z));
  const T not_own = keep == 0 ? z : partly;
  return keep == 1 ? x : not_own;
}

/// One plane, written past the caches: lines that show one sample alone are copied.
template <class T>
void stream_masked(const mask_blocks<T>& mask, const tensor_view<const T, 2>& own,
                   const tensor_view<const T, 2>& partner, const tensor_view<T, 2>& mixed) {
  using blocks = mask_blocks<T>;
  const T *const x = own.data(), *const z = partner.data(), *const shares = mask.shares.data();
  const unsigned char* const shows = mask.shows.data();
  T* const to = mixed.data();
  const index_t places = mixed.size();
  const auto one = [=](index_t k) { to[k] = shown_value<T>(shares[k], x[k], z[k]); };
  index_t head = 0;
  for (; head < places && reinterpret_cast<std::uintptr_t>(to + head) % 64 != 0; ++head) one(head);
  const auto shown_by = [=](index_t first) {  // a line may lie in two blocks
    const unsigned char shown = shows[first / blocks::block];
    return shown == shows[(first + blocks::block - 1) / blocks::block] ? shown
                                                                       : static_cast<unsigned char>(blocks::both);
  };
  const std::size_t done = for_each_line(static_cast<std::size_t>(places - head) * sizeof(T), [=](std::size_t at) {
    const index_t first = head + static_cast<index_t>(at / sizeof(T));
    const index_t soon = first + static_cast<index_t>(bytes_ahead / sizeof(T));
    if (soon + blocks::block <= places) __builtin_prefetch((shown_by(soon) == blocks::own ? x : z) + soon);
    const unsigned char shown = shown_by(first);
    for (index_t k = first; k < first + blocks::block; k += packet_size<T>)
      stream_packet<T>(to + k, shown == blocks::own       ? load_packet(x + k)
                               : shown == blocks::partner ? load_packet(z + k)
                                                          : shown_packet(shares + k, x + k, z + k));
  });
  for (index_t k = head + static_cast<index_t>(done / sizeof(T)); k < places; ++k) one(k);
  end_stream();
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

namespace detail {

/// Whether a mask has a share for each place of a plane, and one channel for all.
template <class T, int Rank>
bool is_of_planes(const mask& shares, const tensor_view<T, Rank>& mixed) {
  if constexpr (Rank < 2)
    return false;
  else
    return shares.extents[1] == 1 && shares.extents[2] == mixed.extent(Rank - 2) &&
           shares.extents[3] == mixed.extent(Rank - 1);
}
template <class T>
mask_blocks<T> blocks_of_mask(const mask& shares, index_t sample) {
  mask_blocks<T> blocks;
  const index_t places = shares.extents[2] * shares.extents[3];
  blocks.read(shares.values.data() + (shares.extents[0] == 1 ? 0 : sample * places), places);
  return blocks;
}

}  // namespace detail

/// The batch's mask, where one mask serves all samples and channels.
template <class T, int Rank>
detail::mask_blocks<T> prepare_blend(const mix_plan<masked>& plan, const tensor_view<T, Rank>& mixed) {
  if constexpr (std::is_same_v<T, detail::mixing_number<T>> && Rank >= 3) {
    const mask& shares = plan.region.shares;
    if (shares.extents[0] == 1 && detail::is_of_planes(shares, mixed) && detail::is_streamed(mixed))
      return detail::blocks_of_mask<T>(shares, 0);
  }
  return {};
}

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<masked>& plan, const detail::mask_blocks<T>& of_batch, index_t i,
                  const tensor_view<const T, Inner>& own, const tensor_view<const T, Rank>& partners,
                  const tensor_view<T, Inner>& mixed) {
  using number = detail::mixing_number<T>;
  const mask& shares = plan.region.shares;
  const tensor_view<const T, Inner> partner = detail::sample_of(partners, plan.partner_of(i));
  if constexpr (std::is_same_v<T, number> && Inner >= 2 && Rank >= 3) {
    const bool packed = detail::is_packed(own) && detail::is_packed(partner) && detail::is_packed(mixed);
    if (packed && detail::is_streamed(partners) && detail::is_of_planes(shares, mixed)) {
      const detail::mask_blocks<T> of_sample =
          of_batch.shares.empty() ? detail::blocks_of_mask<T>(shares, i) : detail::mask_blocks<T>{};
      const detail::mask_blocks<T>& blocks = of_batch.shares.empty() ? of_sample : of_batch;
      return detail::for_each_plane(
          [&](const auto& x, const auto& z, const auto& y) { detail::stream_masked<T>(blocks, x, z, y); }, own, partner,
          mixed);
    }
  }
  detail::for_each_run(
      [](index_t length, detail::run<const double> m, detail::run<const T> a, detail::run<const T> b,
         detail::run<T> y) {
        if constexpr (std::is_same_v<T, number>) {
          if (m.step == 1 && a.step == 1 && b.step == 1 && y.step == 1)
            return detail::write_packets(
                y.data, length, b.data, false,
                [=](index_t k) { return detail::shown_packet_of(m.data + k, a.data + k, b.data + k); },
                [=](index_t k) { return detail::shown_value<T>(static_cast<T>(m.data[k]), a.data[k], b.data[k]); });
        }
        detail::for_each_element(
            length,
            [](const double& share, const T& x, const T& z, T& out) {
              out = detail::shown_value<T>(static_cast<number>(share), x, z);
            },
            m, a, b, y);
      },
      detail::mask_of_sample(shares, i, own.extents()), own, partner, mixed);
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
