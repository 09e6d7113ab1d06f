// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Turns the logits of tiles into weights, for any statistics, rules and similarities.

#include <mixcon/core/phases.hpp>
#include <mixcon/engine/call/pair_gradient.hpp>
#include <mixcon/engine/tiled/tile_products.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Turns the products of tiles into weights W = d loss / d product, and adds what the caller wants besides rows.
template <class Problem, class Saved, class For>
class tile_weigher {
  using T = typename Problem::number;
  using vector = typename For::template vector<T>;
  using readings = typename Problem::readings;
  using lane_readings = mixcon::detail::row_readings<typename Problem::statistics_type, vector>;

 public:
  tile_weigher(const Problem& p, const prepared<T>& with, const Saved& saved, mixcon::detail::packed_gradients<T>& to)
      : p_(p),
        with_(with),
        saved_(saved),
        to_(to),
        anchor_self_(p.memory, Problem::linear ? 0 : static_cast<std::size_t>(p.anchors.count())),
        candidate_self_(p.memory, Problem::linear ? 0 : static_cast<std::size_t>(p.candidates.count())) {}

  /// Replaces the products of a tile by its weights. Tiles that share neither a block of anchors nor one of candidates
  /// may be weighed at the same time.
  [[gnu::noinline]] void weigh(tile<T>& products) {
    [[maybe_unused]] const timed_phase weighing(phase::weights);
    run_for<For>([&] {
      for (index_t r = 0; r < products.rows(); ++r) weigh_row(products, r);
    });
  }
  /// After all tiles: what goes toward each row itself.
  void add_selves() {
    tile_products<T>::add_selves(to_.anchors, anchor_self_, p_.anchors);
    tile_products<T>::add_selves(to_.candidates, candidate_self_, p_.candidates);
  }

 private:
  template <class U>
  struct row_sums {
    U self{}, scale{}, bias{};
  };
  MIXCON_IN_LOOPS void weigh_row(tile<T>& weights, index_t r) {
    const index_t a = weights.first_row() + r, first = weights.first_column();
    if (!saved_.used[static_cast<std::size_t>(a)]) {
      for (index_t j = 0; j < weights.columns(); ++j) *weights.entry(r, j) = T(0);
      return;
    }
    const readings& reading = saved_.reading[static_cast<std::size_t>(a)];
    lane_readings on_lanes;
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      get<at>(on_lanes) = get<at>(reading).template spread<vector>();
    });
    row_sums<vector> sums;
    const index_t whole = weights.whole_columns(lane_count<vector>());
    for (index_t j = 0; j < whole; j += lane_count<vector>()) {
      T* const entry = weights.entry(r, j);
      mixcon::detail::store_as(entry,
                               weigh<vector>(a, first + j, mixcon::detail::load_as<vector>(entry), on_lanes, sums));
    }
    row_sums<T> rest;
    if (whole < weights.columns()) weigh_rest(weights, r, reading, rest);
    if (!Problem::linear || to_.wants_scale)
      for (int k = 0; k < lane_count<vector>(); ++k)
        rest.self += sums.self[k], rest.scale += sums.scale[k], rest.bias += sums.bias[k];
    const auto at = static_cast<std::size_t>(a);
    if constexpr (!Problem::linear) anchor_self_[at] += rest.self;
    if (to_.wants_scale) to_.scale[at] += rest.scale, to_.bias[at] += rest.bias;
  }

  /// The columns that fill no vector.
  [[gnu::noinline]] void weigh_rest(tile<T>& weights, index_t r, const readings& reading, row_sums<T>& sums) {
    const index_t a = weights.first_row() + r, first = weights.first_column();
    for (index_t j = weights.whole_columns(lane_count<vector>()); j < weights.columns(); ++j)
      *weights.entry(r, j) = weigh<T>(a, first + j, *weights.entry(r, j), reading, sums);
  }
  /// The weight of an anchor with lane_count<U>() candidates; keeps the sums that the caller wants besides.
  template <class U, class Readings>
  MIXCON_IN_LOOPS U weigh(index_t a, index_t c, const U& dot, const Readings& reading, row_sums<U>& sums) {
    similarity_slopes<U> slopes;
    near_pairs<U> nearby;
    const U s = similarity_at<For>(p_, with_, a, c, dot, slopes, nearby);
    const logit_pair<U> pair = p_.template shared_pair<U>(a, c, s);
    const T* adjoint = saved_.adjoint + a * Problem::count;
    const U by_logit = mixcon::detail::gradient_by_logit<U>(p_, saved_, reading, a, pair);
    const U factor = p_.logits.template factor<U>(a, c);
    const U by_similarity = by_logit * (U(p_.scale) * factor);
    if constexpr (!Problem::linear) {
      const U self = Problem::slope_times(by_similarity, slopes.own);
      sums.self += self;
      for (int k = 0; k < lane_count<U>(); ++k)
        candidate_self_[static_cast<std::size_t>(c + k)] += mixcon::lane(self, k);
    }
    if constexpr (Problem::of_distance)
      if (nearby.any) [[unlikely]]
        add_near(a, c, by_similarity, nearby);
    if (to_.wants_scale)
      sums.scale += Problem::slope_times(by_logit, Problem::scaled(s, factor)), sums.bias += by_logit;
    if (to_.candidate_bias)
      for (int k = 0; k < lane_count<U>(); ++k) to_.candidate_bias[c + k] += mixcon::lane(by_logit, k);
    if (to_.logits) add_to(to_.logits, a, c, by_similarity);
    if (to_.per_pair())
      add_per_pair(a, c, by_logit, Problem::slope_times(by_logit, U(p_.scale) * s),
                   p_.template target_gradient<U>(reading, adjoint, pair));
    return without_subnormal(Problem::slope_times(by_similarity, slopes.other));
  }
  /// What pairs add whose distance was measured from differences; their weights are 0.
  template <class U>
  [[gnu::noinline]] void add_near(index_t a, index_t c, const U& by_similarity, const near_pairs<U>& nearby) {
    const index_t pitch = p_.anchors.pitch();
    const T* const anchor = p_.anchors.row(a);
    for (int k = 0; k < lane_count<U>(); ++k) {
      if (mixcon::detail::answer_of(nearby.apart, k)) continue;
      const mixcon::detail::pair_pull<T> pull(p_.similarity, mixcon::lane(by_similarity, k), nearby.distance[k]);
      if (pull.is_none()) continue;
      const T* const candidate = p_.candidates.row(c + k);
      if (!to_.anchors.empty())
        pull.template add<native_lanes<T>>(to_.anchors.data() + a * pitch, anchor, candidate, pitch);
      if (!to_.candidates.empty())
        pull.template add<native_lanes<T>>(to_.candidates.data() + (c + k) * pitch, candidate, anchor, pitch);
    }
  }
  template <class U>
  MIXCON_IN_LOOPS void add_per_pair(index_t a, index_t c, const U& by_bias, const U& by_scale, const U& by_target) {
    if (to_.pair_bias) add_to(to_.pair_bias, a, c, by_bias);
    if (to_.pair_scale) add_to(to_.pair_scale, a, c, by_scale);
    if (to_.targets) add_to(to_.targets, a, c, by_target);
  }
  /// Entries (a, c), (a, c + 1), ... of a matrix += the lanes.
  template <class U>
  MIXCON_IN_LOOPS static void add_to(const matrix_view<T>& to, index_t a, index_t c, const U& lanes) {
    if constexpr (lane_count<U>() > 1)
      if (to.stride(1) == 1) return mixcon::detail::store_as(&to(a, c), mixcon::detail::load_as<U>(&to(a, c)) + lanes);
    for (int k = 0; k < lane_count<U>(); ++k) to(a, c + k) += mixcon::lane(lanes, k);
  }

  const Problem& p_;
  const prepared<T>& with_;
  const Saved& saved_;
  mixcon::detail::packed_gradients<T>& to_;
  scratch<T> anchor_self_, candidate_self_;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
