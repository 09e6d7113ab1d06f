// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The kind of plan that moves one sample's features onto the tokens of the other, then mixes (AlignMixup).

#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/memory/arithmetic.hpp>

#include <string>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// The kind of plan that first moves one sample's features onto the tokens of the other, then mixes them:
///
///   mixed = lambda * own + (1 - lambda) * (partner moved by the assignment's rows), or, when `moves_own`,
///   mixed = lambda * (own moved by the assignment's columns) + (1 - lambda) * partner
///
/// Feature maps (N, C, H, W), or (N, C, p) whose last axis is the tokens. The assignment is a constant of the gradient.
struct transported_tokens {
  /// Nothing of a partner: at lambda 1 nothing is moved, and no assignment asked.
  static transported_tokens none() { return {}; }
  static constexpr const char* kind = "align";
  static constexpr int fewest_axes = 3;
  index_t tokens = 0;                ///< p = H * W
  std::vector<double> assignment{};  ///< (N, p, p): share of token j of the partner that belongs to own token i
  bool moves_own = false;            ///< onto the partner's tokens, instead of the partner onto the own ones

  double share(index_t sample, index_t own, index_t partner) const {
    return assignment[static_cast<std::size_t>((sample * tokens + own) * tokens + partner)];
  }
  template <class Self, class Visit>
  static void fields(Self& region, Visit&& visit) {
    visit("tokens", region.tokens), visit("assignment", region.assignment), visit("moves_own", region.moves_own);
  }
  friend bool operator==(const transported_tokens&, const transported_tokens&) = default;
};
inline std::string to_string(const transported_tokens& region) {
  return "aligned " + std::string(region.moves_own ? "onto the partner" : "onto own") + ", " +
         std::to_string(region.tokens) + " tokens, " + detail::written_list(region.assignment);
}

template <int Rank>
void check_region(const mix_plan<transported_tokens>& plan, const char* function, const axes<Rank>& extents) {
  static_assert(Rank >= 3, "mixcon: a plan of alignments mixes feature maps (N, C, H, W) or tokens (N, C, p)");
  bool own_alone = !plan.region.moves_own;
  for (const double lambda : plan.lambda) own_alone = own_alone && lambda == 1;
  if (own_alone && plan.region.assignment.empty()) return;
  index_t tokens = 1;
  for (int axis = 2; axis < Rank; ++axis) tokens *= extents[axis];
  MIXCON_REQUIRE(tokens == plan.region.tokens, function, ": the plan aligns ", plan.region.tokens,
                 " tokens, the feature maps have ", tokens, "; was the plan made for another layer?");
  const auto entries = static_cast<index_t>(plan.region.assignment.size());
  MIXCON_REQUIRE(entries == plan.samples() * tokens * tokens, function, ": the assignment has ", entries,
                 " numbers; expected samples * tokens * tokens, ", plan.samples() * tokens * tokens, ".");
}

namespace detail {

/// Feature `channel` of token `t`, in row-major order of the tokens.
template <class T, int Inner>
T& token_of(const tensor_view<T, Inner>& map, index_t channel, index_t t) {
  index_t offset = channel * map.stride(0);
  for (int axis = Inner - 1; axis > 0; --axis) {
    offset += t % map.extent(axis) * map.stride(axis);
    t /= map.extent(axis);
  }
  return map.data()[offset];
}

/// to = weight * from (+ `beside` of the other sample, where not moved), every token a sum over those of `from` with
/// their shares. `share(to, from)`.
template <class T, int Inner, class Share, class Store>
void move_tokens(const tensor_view<const T, Inner>& from, index_t tokens, Share&& share, Store&& store) {
  using number = mixing_number<T>;
  for (index_t channel = 0; channel < from.extent(0); ++channel)
    for (index_t t = 0; t < tokens; ++t) {
      number sum{};
      for (index_t s = 0; s < tokens; ++s)
        sum += static_cast<number>(share(t, s)) * static_cast<number>(token_of(from, channel, s));
      store(channel, t, sum);
    }
}

}  // namespace detail

template <class T, int Rank, int Inner>
void blend_sample(const mix_plan<transported_tokens>& plan, index_t i, const tensor_view<const T, Inner>& own,
                  const tensor_view<const T, Rank>& partners, const tensor_view<T, Inner>& mixed) {
  using number = detail::mixing_number<T>;
  const transported_tokens& region = plan.region;
  const auto partner = detail::sample_of(partners, plan.partner_of(i));
  const bool onto_own = !region.moves_own;
  const number keep = static_cast<number>(plan.lambda_of(i)), take = static_cast<number>(1 - plan.lambda_of(i));
  const number moved_weight = onto_own ? take : keep, kept_weight = onto_own ? keep : take;
  const auto& kept = onto_own ? own : partner;
  if (moved_weight == 0) return detail::copy_block(kept, mixed);
  detail::move_tokens(
      onto_own ? partner : own, region.tokens,
      [&](index_t to, index_t from) { return onto_own ? region.share(i, to, from) : region.share(i, from, to); },
      [&](index_t channel, index_t t, number moved) {
        const number beside = kept_weight == 0 ? number(0) : kept_weight * number(detail::token_of(kept, channel, t));
        detail::token_of(mixed, channel, t) = detail::stored<T>(moved_weight * moved + beside);
      });
}

namespace detail {
/// The adjoint for the sample that was moved, or else for the one that was kept.
template <class T, int Inner>
void unblend_moved(const mix_plan<mixcon::transported_tokens>& plan, index_t i, bool is_own,
                   const tensor_view<const T, Inner>& upstream, const tensor_view<T, Inner>& gradient) {
  using number = mixing_number<T>;
  const mixcon::transported_tokens& region = plan.region;
  const bool onto_own = !region.moves_own;
  const double weight = is_own ? plan.lambda_of(i) : 1 - plan.lambda_of(i);
  if (is_own == onto_own) return add_block(weight, upstream, gradient);
  if (weight == 0) return;
  move_tokens(
      upstream, region.tokens,
      [&](index_t from, index_t to) { return onto_own ? region.share(i, to, from) : region.share(i, from, to); },
      [&](index_t channel, index_t t, number moved) {
        T& sum = token_of(gradient, channel, t);
        sum = stored<T>(static_cast<number>(sum) + static_cast<number>(weight) * moved);
      });
}
}  // namespace detail

template <class T, int Inner>
void unblend_own(const mix_plan<transported_tokens>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                 const tensor_view<T, Inner>& gradient) {
  detail::unblend_moved(plan, i, true, upstream, gradient);
}
template <class T, int Inner>
void unblend_partner(const mix_plan<transported_tokens>& plan, index_t i, const tensor_view<const T, Inner>& upstream,
                     const tensor_view<T, Inner>& gradient) {
  detail::unblend_moved(plan, i, false, upstream, gradient);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
