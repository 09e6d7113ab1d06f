// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that interpolates every value linearly: lambda * own + (1 - lambda) * partner (Mixup).

#include <mixcon/core/config.hpp>
#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>
#include <mixcon/mix/memory/runs.hpp>
#include <mixcon/mix/memory/streaming.hpp>
#include <mixcon/mix/plan.hpp>

#include <string>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that mixes every value alike: lambda * own + (1 - lambda) * partner. Any rank. At lambda 0 and 1 it
/// copies, so both ends are exact and what is not shown cannot leak, NaN included. Integers of 8 and 16 bits are mixed
/// in float and rounded to nearest, ties to even.
struct interpolated {
  /// Nothing of a partner.
  static interpolated none() { return {}; }
  static constexpr const char* kind = "lerp";
  static constexpr int fewest_axes = 1;
  static constexpr bool is_quick = true;
  bool mixes_channels_alike() const { return true; }
  template <class Self, class Visit>
  static void fields(Self& /*region*/, Visit&& /*visit*/) {}
  friend bool operator==(const interpolated&, const interpolated&) = default;
};
inline std::string to_string(const interpolated& /*region*/) { return "lerp"; }

template <int Rank>
void check_region(const mix_plan<interpolated>& /*plan*/, const char* /*function*/, const axes<Rank>& /*extents*/) {}

namespace detail {

/// mixed = lambda * own + (1 - lambda) * partner; at 0 and 1 a copy.
template <class T, int Rank>
void lerp_block(double lambda, const tensor_view<const T, Rank>& own, const tensor_view<const T, Rank>& partner,
                const tensor_view<T, Rank>& mixed, bool streamed) {
  using number = mixing_number<T>;
  if (lambda == 1) return copy_block(own, mixed, streamed);
  if (lambda == 0) return copy_block(partner, mixed, streamed);
  const number keep = static_cast<number>(lambda), take = static_cast<number>(1 - lambda);
  const auto between = [=](const T& x, const T& z) { return stored<T>(keep * as_number(x) + take * as_number(z)); };
  for_each_run(
      [=](index_t length, run<const T> a, run<const T> b, run<T> y) {
        const bool together = a.step == 1 && b.step == 1 && y.step == 1;
        if constexpr (std::is_same_v<T, number>) {
          if (together)
            return write_packets(
                y.data, length, b.data, streamed,
                [=](index_t k) { return keep * load_packet(a.data + k) + take * load_packet(b.data + k); },
                [=](index_t k) { return between(a.data[k], b.data[k]); });
        } else if constexpr (MixedByLine<T>) {
          if (together)
            return write_lines(
                y.data, length, streamed, [=](index_t soon) { return b.data + soon; },
                [=](index_t first, const auto& write) {
                  line_of<T> line;
                  for (index_t k = 0; k < line_size<T>; ++k) {
                    const number x = as_number(a.data[first + k]), z = as_number(b.data[first + k]);
                    line.values[k] = stored<T>(keep * x + take * z);
                  }
                  write.copy(line.values);
                },
                [=](index_t k) { return between(a.data[k], b.data[k]); });
        }
        for_each_element(
            length, [=](const T& x, const T& z, T& out) { out = between(x, z); }, a, b, y);
      },
      own, partner, mixed);
}

}  // namespace detail

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<interpolated>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  detail::lerp_block(plan.lambda_of(i), own, detail::sample_of(partners, plan.partner_of(i)), mixed,
                     detail::is_streamed(partners));
}

template <class T, int Inner>
void unblend_own(const mix_plan<interpolated>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  detail::add_block(plan.lambda_of(i), upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<interpolated>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                     const tensor_view<T, Inner>& gradient) {
  detail::add_block(1 - plan.lambda_of(i), upstream, gradient);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
