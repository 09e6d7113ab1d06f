// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The backward pass over tiles: turns logits into weights and adds products of weights and rows to the gradients.

#include <mixcon/engine/call/pair_gradient.hpp>
#include <mixcon/engine/tiled/team.hpp>
#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Where weights of tiles are multiplied: anchors += W candidates and candidates += W^T anchors.
template <class T>
class tile_products {
  using rows_type = mixcon::detail::packed_rows<T>;
  using gradients_type = mixcon::detail::packed_gradients<T>;
  using rows_to = mixcon::detail::gradient_rows<T>;

 public:
  tile_products(const rows_type& anchors, const rows_type& candidates, gradients_type& to)
      : anchors_(anchors), candidates_(candidates), to_(to) {}

  [[gnu::noinline]] void add(tile<T>& weights) {
    if (anchors_.finite() && candidates_.finite())
      add_product(weights);
    else
      add_by_pair(weights);
  }
  /// The same of finite rows.
  [[gnu::noinline]] void add_product(tile<T>& weights) {
    if (!to_.anchors.empty()) add_to_anchors(weights, candidates_, to_.anchors);
    if (!to_.candidates.empty()) add_to_candidates(weights, anchors_, to_.candidates);
  }
  /// Weights of both orders of the pairs of anchors that are the candidates, to one place.
  [[gnu::noinline]] void add_both(tile<T>& weights, bool on_diagonal) {
    add_to_anchors(weights, anchors_, to_.anchors);
    if (!on_diagonal) add_to_candidates(weights, anchors_, to_.anchors);
  }
  /// to += self times each row.
  [[gnu::noinline]] static void add_selves(rows_to& to, const scratch<T>& self, const rows_type& rows) {
    if (self.empty() || to.empty()) return;
    for (index_t i = 0; i < rows.count(); ++i) {
      const T weight = self[static_cast<std::size_t>(i)];
      for (index_t k = 0; weight != T(0) && k < rows.width(); ++k)
        to[static_cast<std::size_t>(i * rows.pitch() + k)] += weight * rows.row(i)[k];
    }
  }

 private:
  static void add_to_anchors(tile<T>& weights, const rows_type& candidates, rows_to& to) {
    const index_t pitch = candidates.pitch();
    tile_product(true, weights.rows(), pitch, weights.columns(), strided<T>{weights.entry(0, 0), tile_columns, 1},
                 rows_of_vectors<T>{candidates.row(weights.first_column()), pitch},
                 to.data() + weights.first_row() * pitch, pitch);
  }
  static void add_to_candidates(tile<T>& weights, const rows_type& anchors, rows_to& to) {
    const index_t pitch = anchors.pitch();
    tile_product(true, weights.columns(), pitch, weights.rows(), strided<T>{weights.entry(0, 0), 1, tile_columns},
                 rows_of_vectors<T>{anchors.row(weights.first_row()), pitch},
                 to.data() + weights.first_column() * pitch, pitch);
  }
  /// Pair by pair: a weight of 0 leaves out a row, which may be NaN where nobody sees it.
  void add_by_pair(tile<T>& weights) {
    const index_t pitch = anchors_.pitch();
    auto add = [pitch](rows_to& to, index_t row, T weight, const T* other) {
      if (to.empty() || weight == T(0)) return;
      for (index_t k = 0; k < pitch; ++k) to[static_cast<std::size_t>(row * pitch + k)] += weight * other[k];
    };
    for (index_t r = 0; r < weights.rows(); ++r)
      for (index_t j = 0; j < weights.columns(); ++j) {
        const index_t a = weights.first_row() + r, c = weights.first_column() + j;
        add(to_.anchors, a, *weights.entry(r, j), candidates_.row(c));
        add(to_.candidates, c, *weights.entry(r, j), anchors_.row(a));
      }
  }

  const rows_type& anchors_;
  const rows_type& candidates_;
  gradients_type& to_;
};

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
    run_for<For>([&] {
      for (index_t r = 0; r < products.rows(); ++r) weigh_row(products, r);
    });
  }
  /// After all tiles: what goes toward each row itself.
  void add_selves() {
    tile_products<T>::add_selves(to_.anchors, anchor_self_, p_.anchors);
    tile_products<T>::add_selves(to_.candidates, candidate_self_, p_.candidates);
  }
  /// The anchors' own candidates, of one block of anchors.
  void add_own(index_t block) {
    for (index_t a = block * tile_rows; a < p_.anchors.count() && a < (block + 1) * tile_rows; ++a)
      if (saved_.used[static_cast<std::size_t>(a)])
        mixcon::detail::visit_own(p_, a, [&](const auto& own) { mixcon::detail::add_pair(p_, saved_, a, own, to_); });
  }

 private:
  /// A subnormal weight is 0: a product with one takes a hundred times as long.
  template <class U>
  MIXCON_IN_LOOPS static U without_subnormal(const U& weight) {
    if constexpr (sizeof(T) > sizeof(double)) {
      return weight;  // refused elsewhere
    } else {
      constexpr T least = static_cast<T>(sizeof(T) == sizeof(float) ? 0x1p-126 : 0x1p-1022);
      const U size = mixcon::choose(weight < U(0), -weight, weight);
      return mixcon::choose(size < U(least), U(0), weight);
    }
  }

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

/// The sweep by tiles: every block of anchors meets every block of candidates, in rounds.
template <class For, class Problem, class Saved, class T = typename Problem::number>
void scatter_by_tiles(mixcon::detail::team& threads, const Problem& p, const Saved& saved,
                      mixcon::detail::packed_gradients<T>& to) {
  const prepared<T> with(p);
  const index_t rows = blocks_of(p.anchors.count(), tile_rows);
  tile_weigher<Problem, Saved, For> weigher(p, with, saved, to);
  tile_products<T> products(p.anchors, p.candidates, to);
  reserve_tiles<T>(p.memory, threads.size(), tile_rows);
  threads.cross(rows, blocks_of(p.candidates.count(), tile_columns), [&](index_t block, index_t other) {
    tile<T> weights = tile_of(p, block, other, tile_rows);
    weights.multiply(with.candidates);
    weigher.weigh(weights);
    products.add(weights);
  });
  weigher.add_selves();
  if (p.own_count > 0) threads.run(rows, [&](index_t block) { weigher.add_own(block); });
}

/// The sweep by triangle, where anchors are the candidates and both gradients go to one place: the weights of a pair in
/// both orders are added before they are multiplied.
template <class For, class Problem, class Saved, class T = typename Problem::number>
void scatter_by_triangle(mixcon::detail::team& threads, const Problem& p, const Saved& saved,
                         mixcon::detail::packed_gradients<T>& to) {
  const prepared<T> with(p);
  tile_weigher<Problem, Saved, For> weigher(p, with, saved, to);
  tile_products<T> products(p.anchors, p.candidates, to);
  reserve_tiles<T>(p.memory, 2 * threads.size(), tile_columns);
  threads.play(blocks_of(p.candidates.count(), tile_columns), [&](index_t block, index_t other) {
    tile<T> weights = tile_of(p, block, other, tile_columns), mirrored = tile_of(p, other, block, tile_columns);
    weights.multiply(with.candidates);
    if (block != other) mirrored.take_transposed(weights);
    weigher.weigh(weights);
    if (block == other) {
      mirrored.take_transposed(weights);
      weights.add(mirrored);
    } else {
      weigher.weigh(mirrored);
      weights.add_transposed(mirrored);
    }
    products.add_both(weights, block == other);
  });
}

/// The sweep in both directions: the weights of a pair in both are added before they are multiplied, and their products
/// go to `to_rows`.
template <class For, class Rows, class SavedRows, class Columns, class SavedColumns, class T = typename Rows::number>
void scatter_both_directions(mixcon::detail::team& threads, const Rows& p, const SavedRows& saved_rows,
                             const Columns& transposed, const SavedColumns& saved_columns,
                             mixcon::detail::packed_gradients<T>& to_rows,
                             mixcon::detail::packed_gradients<T>& to_columns) {
  const prepared<T> with(p), with_transposed(transposed, false);
  tile_weigher<Rows, SavedRows, For> by_row(p, with, saved_rows, to_rows);
  tile_weigher<Columns, SavedColumns, For> by_column(transposed, with_transposed, saved_columns, to_columns);
  tile_products<T> products(p.anchors, p.candidates, to_rows);
  reserve_tiles<T>(p.memory, 2 * threads.size(), tile_columns);
  threads.cross(blocks_of(p.anchors.count(), tile_columns), blocks_of(p.candidates.count(), tile_columns),
                [&](index_t block, index_t other) {
                  tile<T> weights = tile_of(p, block, other, tile_columns),
                          mirrored = tile_of(transposed, other, block, tile_columns);
                  weights.multiply(with.candidates);
                  mirrored.take_transposed(weights);
                  by_row.weigh(weights);
                  by_column.weigh(mirrored);
                  weights.add_transposed(mirrored);
                  products.add_product(weights);
                });
  by_row.add_selves();
  by_column.add_selves();
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
