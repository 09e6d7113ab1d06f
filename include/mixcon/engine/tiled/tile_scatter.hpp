// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/engine/call/pair_gradient.hpp>
#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Adds what tiles of pairs contribute to the gradients: each tile's logits are computed again and replaced by the
/// weights W = d loss / d product; then anchors += W candidates and candidates += W^T anchors.
template <class Problem, class Saved>
class tile_scatter {
  using T = typename Problem::number;
  using vector = native_lanes<T>;
  using readings = typename mixcon::detail::row_types<typename Problem::statistics_type, T>::readings;
  using lane_readings = typename mixcon::detail::row_types<typename Problem::statistics_type, vector>::readings;

 public:
  tile_scatter(const Problem& p, const prepared<Problem>& with, const Saved& saved,
               mixcon::detail::packed_gradients<T>& to)
      : p_(p),
        with_(with),
        saved_(saved),
        to_(to),
        anchor_self_(Problem::linear ? 0 : static_cast<std::size_t>(p.anchors.count())),
        candidate_self_(Problem::linear ? 0 : static_cast<std::size_t>(p.candidates.count())) {}

  /// Tiles that share neither a block of anchors nor one of candidates may be added at the same time.
  void add(index_t block, index_t column_block) {
    tile<Problem> weights(p_, block, column_block);
    weights.multiply(with_.candidates);
    weigh(weights);
    if (p_.anchors.finite() && p_.candidates.finite())
      add_products(weights);
    else
      add_by_pair(weights);
  }

  /// The same where anchors are the candidates and both gradients go to one place: the weights of a pair in both orders
  /// are added before they are multiplied. Pairs of blocks that share no block may be added at the same time.
  void add_both(index_t block, index_t column_block) {
    tile<Problem> weights(p_, block, column_block, tile_columns);
    tile<Problem> mirrored(p_, column_block, block, tile_columns);
    weights.multiply(with_.candidates);
    if (block != column_block) mirrored.take_transposed(weights);
    weigh(weights);
    if (block == column_block) {
      mirrored.take_transposed(weights);
      weights.add(mirrored);
    } else {
      weigh(mirrored);
      weights.add_transposed(mirrored);
    }
    const index_t pitch = p_.anchors.pitch(), a = weights.first_row(), c = weights.first_column();
    T* to = to_.anchors.data();
    tile_product<true>(weights.rows(), pitch, weights.columns(), strided<T>{weights.entry(0, 0), tile_columns, 1},
                       rows_of_vectors<T>{p_.anchors.row(c), pitch}, to + a * pitch, pitch);
    if (block != column_block)
      tile_product<true>(weights.columns(), pitch, weights.rows(), strided<T>{weights.entry(0, 0), 1, tile_columns},
                         rows_of_vectors<T>{p_.anchors.row(a), pitch}, to + c * pitch, pitch);
  }

  /// Replaces the products of a tile by its weights; keeps the sums that the caller wants besides.
  void weigh(tile<Problem>& products) {
    for (index_t r = 0; r < products.rows(); ++r) weigh_row(products, r);
  }
  /// anchors += W candidates and candidates += W^T anchors.
  void add_products(tile<Problem>& weights) {
    const index_t pitch = p_.anchors.pitch(), a = weights.first_row(), c = weights.first_column();
    if (!to_.anchors.empty())
      tile_product<true>(weights.rows(), pitch, weights.columns(), strided<T>{weights.entry(0, 0), tile_columns, 1},
                         rows_of_vectors<T>{p_.candidates.row(c), pitch}, to_.anchors.data() + a * pitch, pitch);
    if (!to_.candidates.empty())
      tile_product<true>(weights.columns(), pitch, weights.rows(), strided<T>{weights.entry(0, 0), 1, tile_columns},
                         rows_of_vectors<T>{p_.anchors.row(a), pitch}, to_.candidates.data() + c * pitch, pitch);
  }

  /// After all tiles: what goes toward each row itself.
  void finish() {
    add_selves(to_.anchors, anchor_self_, p_.anchors);
    add_selves(to_.candidates, candidate_self_, p_.candidates);
  }

  /// The anchors' own candidates, of one block of anchors.
  void add_own(index_t block) {
    const tile<Problem> rows(p_, block, 0);
    for (index_t a = rows.first_row(); a < rows.first_row() + rows.rows(); ++a)
      if (saved_.used[static_cast<std::size_t>(a)])
        mixcon::detail::visit_own(p_, a, [&](const auto& own) { mixcon::detail::add_pair(p_, saved_, a, own, to_); });
  }

 private:
  /// `add_products`, pair by pair: a weight of 0 leaves out a row, which may be NaN where nobody sees it.
  void add_by_pair(tile<Problem>& weights) {
    const index_t pitch = p_.anchors.pitch();
    auto add = [pitch](std::vector<T>& to, index_t row, T weight, const T* other) {
      if (to.empty() || weight == T(0)) return;
      for (index_t k = 0; k < pitch; ++k) to[static_cast<std::size_t>(row * pitch + k)] += weight * other[k];
    };
    for (index_t r = 0; r < weights.rows(); ++r)
      for (index_t j = 0; j < weights.columns(); ++j) {
        const index_t a = weights.first_row() + r, c = weights.first_column() + j;
        add(to_.anchors, a, *weights.entry(r, j), p_.candidates.row(c));
        add(to_.candidates, c, *weights.entry(r, j), p_.anchors.row(a));
      }
  }

  /// A subnormal weight is 0: a product with one takes a hundred times as long.
  template <class U>
  static U without_subnormal(const U& weight) {
    if constexpr (sizeof(T) > sizeof(double)) {
      return weight;  // refused elsewhere
    } else {
      constexpr T least = static_cast<T>(sizeof(T) == sizeof(float) ? 0x1p-126 : 0x1p-1022);
      const U size = mixcon::choose(weight < U(0), -weight, weight);
      return mixcon::choose(size < U(least), U(0), weight);
    }
  }

  [[gnu::flatten]] void weigh_row(tile<Problem>& weights, index_t r) {
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
    for (index_t j = 0; j < weights.whole_columns(); j += tile<Problem>::lanes)
      store_vector(weights.entry(r, j), weigh<vector>(a, first + j, load_vector(weights.entry(r, j)), on_lanes, sums));
    row_sums<T> rest;
    for (index_t j = weights.whole_columns(); j < weights.columns(); ++j)
      *weights.entry(r, j) = weigh<T>(a, first + j, *weights.entry(r, j), reading, rest);
    if (!Problem::linear || to_.wants_scale)
      for (int k = 0; k < lane_count<vector>(); ++k)
        rest.self += sums.self[k], rest.scale += sums.scale[k], rest.bias += sums.bias[k];
    const auto at = static_cast<std::size_t>(a);
    if constexpr (!Problem::linear) anchor_self_[at] += rest.self;
    if (to_.wants_scale) to_.scale[at] += rest.scale, to_.bias[at] += rest.bias;
  }

  template <class U>
  struct row_sums {
    U self{}, scale{}, bias{};
  };
  /// The weight of an anchor with lane_count<U>() candidates; keeps the sums that the caller wants besides.
  template <class U, class Readings>
  U weigh(index_t a, index_t c, const U& dot, const Readings& reading, row_sums<U>& sums) {
    similarity_slopes<U> slopes;
    near_pairs<U> nearby;
    const U s = similarity_at(p_, with_, a, c, dot, slopes, nearby);
    const logit_pair<U> pair = p_.template shared_pair<U>(a, c, s);
    const T* adjoint = saved_.adjoint.data() + a * Problem::count;
    const U by_logit = mixcon::detail::gradient_by_logit<U>(p_, saved_, reading, a, pair);
    const U factor = p_.logits.template factor<U>(a, c);
    const U by_similarity = by_logit * (U(p_.scale) * factor);
    if constexpr (!Problem::linear) {
      const U self = by_similarity * slopes.own;
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
    return without_subnormal(by_similarity * slopes.other);
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
      if (!to_.anchors.empty()) pull.template add<vector>(to_.anchors.data() + a * pitch, anchor, candidate, pitch);
      if (!to_.candidates.empty())
        pull.template add<vector>(to_.candidates.data() + (c + k) * pitch, candidate, anchor, pitch);
    }
  }
  template <class U>
  void add_per_pair(index_t a, index_t c, const U& by_bias, const U& by_scale, const U& by_target) {
    if (to_.pair_bias) add_to(to_.pair_bias, a, c, by_bias);
    if (to_.pair_scale) add_to(to_.pair_scale, a, c, by_scale);
    if (to_.targets) add_to(to_.targets, a, c, by_target);
  }
  /// Entries (a, c), (a, c + 1), ... of a matrix += the lanes.
  template <class U>
  static void add_to(const matrix_view<T>& to, index_t a, index_t c, const U& lanes) {
    if constexpr (lane_count<U>() > 1)
      if (to.stride(1) == 1) return store_vector(&to(a, c), load_vector(&to(a, c)) + lanes);
    for (int k = 0; k < lane_count<U>(); ++k) to(a, c + k) += mixcon::lane(lanes, k);
  }
  void add_selves(std::vector<T>& to, const std::vector<T>& self, const mixcon::detail::packed_rows<T>& rows) const {
    if (Problem::linear || to.empty()) return;
    for (index_t i = 0; i < rows.count(); ++i) {
      const T weight = self[static_cast<std::size_t>(i)];
      for (index_t k = 0; weight != T(0) && k < rows.width(); ++k)
        to[static_cast<std::size_t>(i * rows.pitch() + k)] += weight * rows.row(i)[k];
    }
  }

  const Problem& p_;
  const prepared<Problem>& with_;
  const Saved& saved_;
  mixcon::detail::packed_gradients<T>& to_;
  std::vector<T> anchor_self_, candidate_self_;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
