// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixes by a mask in the order of memory, at the speed of a copy; used by the kinds that have masks.

#include <mixcon/core/config.hpp>
#include <mixcon/core/storage.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/core/unset_array.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/memory/streaming.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

// A sample that is one run of memory is mixed at the speed of a copy by a mask in the order of that memory, whatever
// the order of its axes. A mask for a batch is laid so once, else once a sample.

/// The shares of a mask in the order of a sample's memory: element k of the sample takes share k % period.
template <class T>
struct laid_shares {
  using number = mixing_number<T>;
  index_t period = 0;
  unset_array<number> own_numbers{};
  const number* numbers = nullptr;  // those, or the mask itself, where it lies as the sample does
};

/// The extents of what a sample repeats from its beginning to its end: axes that the mask does not tell apart have
/// extent 1 as long as they are the outermost ones, and the rest is some lines long.
template <class T, int Rank>
axes<Rank> extents_of_period(const tensor_view<const double, Rank>& shares, const tensor_view<T, Rank>& sample) {
  constexpr auto least = static_cast<index_t>(256 / sizeof(T));
  axes<Rank> extents = sample.extents();
  index_t size = sample.size();
  for (;;) {
    int outermost = -1;
    for (int axis = 0; axis < Rank; ++axis)
      if (extents[axis] != 1 && (outermost < 0 || sample.stride(axis) > sample.stride(outermost))) outermost = axis;
    if (outermost < 0 || shares.stride(outermost) != 0 || size / extents[outermost] < least) return extents;
    size /= extents[outermost];
    extents[outermost] = 1;
  }
}

/// Lays a mask, given as often repeated as the sample needs, which is one run.
template <class T, int Rank>
laid_shares<T> lay_shares(const tensor_view<const double, Rank>& shares, const tensor_view<T, Rank>& sample) {
  using number = mixing_number<T>;
  const axes<Rank> extents = extents_of_period(shares, sample);
  laid_shares<T> laid;
  laid.period = tensor_view<char, Rank>(nullptr, extents).size();
  const axes<Rank> strides[] = {shares.strides(), sample.strides()};
  const loops<Rank, 2> nest(extents, strides);
  if constexpr (std::is_same_v<number, double>) {
    if (nest.depth == 1 && nest.step[0][0] == 1) {
      laid.numbers = shares.data();
      return laid;
    }
  }
  laid.own_numbers = unset_array<number>(laid.period);
  number* const numbers = laid.own_numbers.data();
  laid.numbers = numbers;
  if constexpr (Rank >= 2) {
    if (nest.depth == 2 && nest.step[0][0] == 1 && nest.step[1][0] == 0) {  // each share for some values: channels last
      const index_t values = nest.extent[1];
      for (index_t k = 0; k < nest.extent[0]; ++k)
        for (index_t value = 0; value < values; ++value)
          numbers[k * values + value] = static_cast<number>(shares.data()[k]);
      return laid;
    }
  }
  for_each_run(
      [](index_t length, run<const double> from, run<number> to) {
        for_each_element(
            length, [](const double& share, number& x) { x = static_cast<number>(share); }, from, to);
      },
      tensor_view<const double, Rank>(shares.data(), extents, shares.strides()),
      tensor_view<number, Rank>(numbers, extents, sample.strides()));
  return laid;
}

/// The unsigned integer of the size of T.
template <class T>
using bits_of =
    std::conditional_t<sizeof(T) == 1, std::uint8_t,
                       std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                          std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

/// A value between two; where the share is 1 or 0 a copy.
template <class T>
T shown_value(mixing_number<T> keep, const T& own, const T& partner) {
  if constexpr (std::is_same_v<T, mixing_number<T>>) {  // without a branch
    const T between = keep * own + (1 - keep) * partner, not_own = keep == 0 ? partner : between;
    return keep == 1 ? own : not_own;
  } else {
    if (keep == 1) return own;
    if (keep == 0) return partner;
    return stored<T>(keep * as_number(own) + (1 - keep) * as_number(partner));
  }
}
template <class T>
packet_of<T> shown_packet(const packet_of<T>& keep, const packet_of<T>& own, const packet_of<T>& partner) {
  const packet_of<T> between = keep * own + (1 - keep) * partner, not_own = keep == 0 ? partner : between;
  return keep == 1 ? own : not_own;
}

/// A mask that mixes two samples, and what each line shows: the own sample, the partner, either of them by place, or
/// values between them too.
template <class T>
class laid_mask {
 public:
  using number = mixing_number<T>;

  laid_mask() = default;
  explicit laid_mask(laid_shares<T> shares) : shares_((std::move)(shares)) {
    shows_ = unset_array<unsigned char>((period() + line - 1) / line);
    for (index_t first = 0; first < period(); first += line) look_at(first);
    if constexpr (has_bits) {
      own_ = unset_array<bits>(period());
      partner_ = unset_array<bits>(period());
      const number* const share = shares_.numbers;
      bits *const own = own_.data(), *const partner = partner_.data();
      for (index_t k = 0; k < period(); ++k) own[k] = static_cast<bits>(share[k] == 1 ? -1 : 0);
      for (index_t k = 0; k < period(); ++k) partner[k] = static_cast<bits>(share[k] == 0 ? -1 : 0);
    }
  }
  /// Elements after which the mask begins again; 0 where there is no mask.
  index_t period() const { return shares_.period; }

  /// mixed[0 .. length) of two samples, of which each is one run; `streamed`: past the caches.
  void mix(const T* own, const T* partner, T* mixed, index_t length, bool streamed) const {
    for (index_t first = 0; first < length; first += period())
      mix_period(own + first, partner + first, mixed + first, streamed);
  }

 private:
  using bits = bits_of<T>;
  enum : unsigned char { all_own, all_partner, either, between };
  static constexpr index_t line = line_size<T>, packet = static_cast<index_t>(16 / sizeof(T));
  static constexpr bool has_bits = !std::is_same_v<T, number>;  // else shares are compared as they are used

  void look_at(index_t first) {
    const number* const share = shares_.numbers + first;
    const index_t length = first + line < period() ? line : period() - first;
    lane_counts<number> ones, zeros;
    index_t k = 0;
    for (; k + packet_size<number> <= length; k += packet_size<number>) {
      const packet_of<number> some = load_packet(share + k);
      ones.add(some == 1), zeros.add(some == 0);
    }
    index_t kept = ones.sum(), taken = zeros.sum();
    for (; k < length; ++k) kept += share[k] == 1 ? 1 : 0, taken += share[k] == 0 ? 1 : 0;
    shows_[first / line] = kept == length           ? all_own
                           : taken == length        ? all_partner
                           : kept + taken == length ? either
                                                    : between;
  }

  /// What the line from `first` on shows; it may lie in two.
  unsigned char shown_by(index_t first) const {
    const unsigned char one = shows_[first / line];
    const unsigned char other = shows_[(first + line - 1) / line];
    if (one == other) return one;
    return one == between || other == between ? between : either;
  }

  void mix_period(const T* own, const T* partner, T* mixed, bool streamed) const {
    write_lines(
        mixed, period(), streamed,
        [=, this](index_t soon) { return (shown_by(soon) == all_partner ? partner : own) + soon; },
        [=, this](index_t k, const auto& write) {
          const unsigned char shown = shown_by(k);
          if (shown == between) return mix_line(k, own + k, partner + k, write);
          if (shown == either) return choose_line(k, own + k, partner + k, write);
          write.copy((shown == all_own ? own : partner) + k);
        },
        [=, this](index_t k) { return shown_value<T>(shares_.numbers[k], own[k], partner[k]); });
  }

  bit_packet keeps(index_t k) const {
    if constexpr (has_bits)
      return load_bits(own_.data() + k);
    else
      return bits_of_packet(load_packet(shares_.numbers + k) == 1);
  }
  template <class Write>
  void choose_line(index_t first, const T* own, const T* partner, const Write& write) const {
    for (index_t k = 0; k < line; k += packet)
      write(k, chosen_bits(keeps(first + k), load_bits(own + k), load_bits(partner + k)));
  }
  template <class Write>
  void mix_line(index_t first, const T* own, const T* partner, const Write& write) const {
    const number* const keep = shares_.numbers + first;
    if constexpr (!has_bits) {
      for (index_t k = 0; k < line; k += packet) {
        const packet_of<T> share = load_packet(keep + k), x = load_packet(own + k), z = load_packet(partner + k);
        write(k, bits_of_packet(shown_packet<T>(share, x, z)));
      }
    } else {
      line_of<T> mid;
      for (index_t k = 0; k < line; ++k)
        mid.values[k] = stored<T>(keep[k] * as_number(own[k]) + (1 - keep[k]) * as_number(partner[k]));
      if constexpr (SmallInteger<T>) return write.copy(mid.values);  // exact at shares 0 and 1
      for (index_t k = 0; k < line; k += packet) {
        const bit_packet takes = load_bits(partner_.data() + first + k);
        const bit_packet not_own = chosen_bits(takes, load_bits(partner + k), load_bits(mid.values + k));
        write(k, chosen_bits(keeps(first + k), load_bits(own + k), not_own));
      }
    }
  }

  laid_shares<T> shares_{};
  unset_array<unsigned char> shows_{};
  unset_array<bits> own_{}, partner_{};  // all ones where the share is 1, and where it is 0
};

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
