// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The backward pass of products whose pairs are visited once: weights without what only few callers ask for, and
// without roles where a tile holds plain negatives.

#include <mixcon/engine/tiled/pair_gather.hpp>
#include <mixcon/engine/tiled/tile_weigher.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Whether weights of a problem may be found so.
template <class Problem>
inline constexpr bool is_weighed_by_pairs = [] {
  constexpr each scope = loss_traits<typename Problem::loss_type>::scope;
  return is_visited_once<Problem> && Problem::linear && scope != each::positive && scope != each::triplet;
}();

/// Turns products of tiles into weights, and adds up what scale and bias need.
template <class Problem, class Saved, class For>
class pair_weigher {
  using T = typename Problem::number;
  using V = typename For::template vector<T>;
  using statistics_type = typename Problem::statistics_type;
  static constexpr index_t width = lane_count<V>();

 public:
  pair_weigher(const Problem& p, const Saved& saved, mixcon::detail::packed_gradients<T>& to)
      : p_(p), saved_(saved), to_(to) {}

  [[gnu::noinline]] void weigh(tile<T>& products, bool is_plain) const {
    [[maybe_unused]] const timed_phase weighing(phase::weights);
    run_for<For>([&] {
      constexpr bool may_be_plain = tile_roles<Problem>::may_be_plain && For::bytes > 16;
      for (index_t r = 0; r < products.rows(); ++r)
        if (may_be_plain && is_plain)
          weigh_row<may_be_plain>(products, r);
        else
          weigh_row<false>(products, r);
    });
  }

 private:
  template <class U>
  struct row_sums {
    U scale{}, bias{};
  };
  template <bool IsPlain>
  MIXCON_IN_LOOPS void weigh_row(tile<T>& products, index_t r) const {
    const index_t a = products.first_row() + r, first = products.first_column();
    const auto at = static_cast<std::size_t>(a);
    T* const entries = products.entry(r, 0);
    if (!saved_.used[at]) {
      for (index_t j = 0; j < products.columns(); ++j) entries[j] = T(0);
      return;
    }
    mixcon::detail::row_readings<statistics_type, V> reading;
    V adjoint[Problem::count];
    for_each_position<Problem::count>([&](auto k) {
      constexpr int which = decltype(k)::value;
      get<which>(reading) = get<which>(saved_.reading[at]).template spread<V>();
      adjoint[which] = V(saved_.adjoint[a * Problem::count + which]);
    });
    row_sums<V> sums;
    const index_t whole = products.whole_columns(width);
    for (index_t j = 0; j < whole; j += width)
      weigh_at<IsPlain>(entries + j, a, first + j, reading, static_cast<const V*>(adjoint), sums);
    row_sums<T> rest;
    if (whole < products.columns()) weigh_rest(products, r, rest);
    if (!to_.wants_scale) return;
    to_.scale[at] += rest.scale + sum_by_halves(sums.scale), to_.bias[at] += rest.bias + sum_by_halves(sums.bias);
  }
  [[gnu::noinline]] void weigh_rest(tile<T>& products, index_t r, row_sums<T>& sums) const {
    const index_t a = products.first_row() + r;
    for (index_t j = products.whole_columns(width); j < products.columns(); ++j)
      weigh_at<false>(products.entry(r, j), a, products.first_column() + j, saved_.reading[static_cast<std::size_t>(a)],
                      static_cast<const T*>(saved_.adjoint + a * Problem::count), sums);
  }
  template <bool IsPlain, class U, class Readings>
  MIXCON_IN_LOOPS void weigh_at(T* entry, index_t a, index_t c, const Readings& reading, const U* adjoint,
                                row_sums<U>& sums) const {
    const U s = mixcon::detail::load_as<U>(entry);
    const logit_pair<U> pair = pair_at<IsPlain>(p_, a, c, s);
    U by_logit(0);
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      using statistic = std::remove_cvref_t<decltype(get<at>(p_.statistics))>;
      if constexpr (!(IsPlain && is_of_positives_only<statistic>))
        by_logit += adjoint[at] * get<at>(p_.statistics).slope(get<at>(reading), pair);
    });
    const U factor = p_.logits.template factor<U>(a, c);
    sums.scale += Problem::slope_times(by_logit, Problem::scaled(s, factor)), sums.bias += by_logit;
    mixcon::detail::store_as(entry, without_subnormal(by_logit * (U(p_.scale) * factor)));
  }

  const Problem& p_;
  const Saved& saved_;
  mixcon::detail::packed_gradients<T>& to_;
};

/// The sweep by tiles; false where the caller wants more than rows, scale and bias, or rows are not finite.
template <class For, class Problem, class Saved, class T = typename Problem::number>
bool scatter_by_pairs(mixcon::detail::team& threads, const Problem& p, const Saved& saved,
                      mixcon::detail::packed_gradients<T>& to) {
  if (to.per_pair() || to.candidate_bias || to.logits || !p.anchors.finite() || !p.candidates.finite()) return false;
  const kept_tiles<T> kept(p, tile_rows, false);
  const index_t rows = blocks_of(p.anchors.count(), tile_rows);
  const panels<T> candidates(p.candidates, p.memory, !kept.all(rows));
  const tile_roles<Problem> roles(p, tile_rows);
  const pair_weigher<Problem, Saved, For> weigher(p, saved, to);
  tile_products<T> products(p.anchors, p.candidates, to);
  reserve_tiles<T>(p.memory, threads.size(), tile_rows);
  threads.cross(rows, blocks_of(p.candidates.count(), tile_columns), [&](index_t block, index_t other) {
    T* const products_of_tile = kept(block, other);
    tile<T> weights = tile_of(p, block, other, tile_rows, products_of_tile);
    if (products_of_tile == nullptr) weights.multiply(candidates);
    weigher.weigh(weights, roles.is_plain(block, other));
    products.add_product(weights);
  });
  if (p.own_count > 0) threads.run(rows, [&](index_t block) { scatter_own(p, saved, to, block); });
  return true;
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
