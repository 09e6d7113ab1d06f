// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The forward pass in one visit of each pair: states of sums and peaks are kept in registers along a row of a tile, and
// where roles are symmetric a pair is added to its anchor and to its candidate at once.

#include <mixcon/engine/tiled/kept_tiles.hpp>
#include <mixcon/engine/tiled/pair_strips.hpp>
#include <mixcon/engine/tiled/team.hpp>
#include <mixcon/engine/tiled/tile_gather.hpp>
#include <mixcon/engine/tiled/tile_roles.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

template <class Statistics>
inline constexpr bool are_visited_once = false;
template <class... S>
inline constexpr bool are_visited_once<pack<S...>> = ((AddsUp<S> || has_peak<S> || std::is_same_v<S, per_anchor>)&&...);
template <class Statistics>
inline constexpr bool need_room = false;
template <class... S>
inline constexpr bool need_room<pack<S...>> = (NeedsRoom<S> || ...);

/// Whether all statistics of a problem say what a pair adds, or are peaks.
template <class Problem>
inline constexpr bool is_visited_once = !Problem::is_given && are_visited_once<typename Problem::statistics_type>;

/// The pairs of an anchor with lane_count<U>() shared candidates; `IsPlain`: negatives of weight 1, all of them.
template <bool IsPlain, class U, class Problem>
MIXCON_IN_LOOPS logit_pair<U> pair_at(const Problem& p, index_t a, index_t c, const U& similarity) {
  if constexpr (IsPlain)
    return {similarity * U(p.scale) + p.logits.template offset<U>(a, c), U(1), U(0), {}, p.first_shared + c};
  else
    return p.template shared_pair<U>(a, c, similarity);
}

/// Adds tiles to the states of their anchors, and of their candidates where these are anchors too.
template <class Problem, class For>
class pair_visitor {
  using T = typename Problem::number;
  using V = typename For::template vector<T>;
  using statistics_type = typename Problem::statistics_type;
  using states = typename Problem::row_states;
  using state = mixcon::detail::state_of<Problem>;
  static constexpr index_t width = lane_count<V>();
  static constexpr bool has_room = need_room<statistics_type>;
  static constexpr bool counts = !tile_roles<Problem>::may_count;
  template <bool Ascends>
  using strips = strips_of<statistics_type, V, Ascends>;

 public:
  /// Whether one visit can serve both orders of a pair: no order has a shift of its own.
  static constexpr bool may_visit_both =
      Problem::may_mirror && !has_room && may_be_same_both_ways<typename Problem::rule_type>;

  pair_visitor(const Problem& p, const prepared<T>& with, states& to) : p_(p), with_(with), to_(to) {}

  /// Replaces products by similarities, where these are something else.
  [[gnu::noinline]] void measure(tile<T>& products) const {
    if constexpr (!Problem::linear) {
      [[maybe_unused]] const timed_phase measuring(phase::epilogue);
      run_for<For>([&] {
        for (index_t r = 0; r < products.rows(); ++r) {
          const index_t whole = products.whole_columns(width);
          for (index_t j = 0; j < whole; j += width) measure_at<V>(products, r, j);
          if (whole < products.columns()) measure_rest(products, r, whole);
        }
      });
    }
  }
  /// Adds the pairs of a tile of similarities to its anchors.
  [[gnu::noinline]] void visit(tile<T>& similarities, bool is_plain) const {
    [[maybe_unused]] const timed_phase observing(phase::epilogue);
    run_for<For>([&] {
      if (tile_roles<Problem>::may_be_plain && For::bytes > 16 && is_plain)
        visit_rows<tile_roles<Problem>::may_be_plain, false>(similarities, nullptr);
      else
        visit_rows<false, false>(similarities, nullptr);
    });
  }
  /// The same, and to its candidates as anchors.
  [[gnu::noinline]] void visit_both(tile<T>& similarities, bool is_plain) const {
    [[maybe_unused]] const timed_phase observing(phase::epilogue);
    strips<false> columns[static_cast<unsigned>(tile_columns / width)];
    run_for<For>([&] {
      if (tile_roles<Problem>::may_be_plain && For::bytes > 16 && is_plain)
        visit_rows<tile_roles<Problem>::may_be_plain, true>(similarities, columns);
      else
        visit_rows<false, true>(similarities, columns);
      add_columns(similarities, columns, is_plain && For::bytes > 16);
    });
  }
  /// Counts an anchor's pairs, where nobody did, and adds its own candidates, once its row is there.
  [[gnu::noinline]] void complete(index_t anchor, const tile_roles<Problem>& roles) const {
    state& shared = to_[static_cast<std::size_t>(anchor)];
    if constexpr (!counts) roles.count(anchor, shared.seen);
    if (p_.own_count == 0) return;
    state whole;
    gather_own(p_, anchor, whole);
    whole.merge(p_.statistics, shared);
    shared = whole;
  }

 private:
  template <class U>
  MIXCON_IN_LOOPS void measure_at(tile<T>& products, index_t r, index_t j) const {
    similarity_slopes<U> slopes;
    near_pairs<U> nearby;
    T* const entry = products.entry(r, j);
    mixcon::detail::store_as(entry, similarity_at<For>(p_, with_, products.first_row() + r, products.first_column() + j,
                                                       mixcon::detail::load_as<U>(entry), slopes, nearby));
  }
  [[gnu::noinline]] void measure_rest(tile<T>& products, index_t r, index_t whole) const {
    for (index_t j = whole; j < products.columns(); ++j) measure_at<T>(products, r, j);
  }

  template <bool IsPlain, bool Both>
  MIXCON_IN_LOOPS void visit_rows(tile<T>& similarities, strips<false>* columns) const {
    for (index_t r = 0; r < similarities.rows(); ++r) visit_row<IsPlain, Both>(similarities, r, columns);
  }
  template <bool IsPlain, bool Both>
  MIXCON_IN_LOOPS void visit_row(tile<T>& similarities, index_t r, strips<false>* columns) const {
    const index_t a = similarities.first_row() + r, first = similarities.first_column();
    const index_t whole = similarities.whole_columns(width);
    const T* const entries = similarities.entry(r, 0);
    state& to = to_[static_cast<std::size_t>(a)];
    V shifts[Problem::count];
    if constexpr (has_room) make_room<IsPlain>(entries, whole, a, first, to, shifts);
    strips<true> row;
    for (index_t j = 0; j < whole; j += width) {
      logit_pair<V> pair = pair_at<IsPlain>(p_, a, first + j, mixcon::detail::load_as<V>(entries + j));
      row.template observe<IsPlain, counts && !IsPlain>(p_.statistics, pair, shifts);
      if constexpr (Both) {
        pair.candidate = p_.first_shared + a;
        columns[j / width].template observe<IsPlain, counts && !IsPlain>(p_.statistics, pair, shifts);
      }
    }
    row.template add_all<counts && !IsPlain>(p_.statistics, to);
    if constexpr (IsPlain && counts) add_plain(to, whole);
    if (whole < similarities.columns()) visit_rest(similarities, r);
  }
  /// Raises the shifts of an anchor to what a row of pairs needs; the lanes' are the anchor's.
  template <bool IsPlain>
  MIXCON_IN_LOOPS void make_room(const T* entries, index_t whole, index_t a, index_t first, state& to,
                                 V* shifts) const {
    V tops[Problem::count];
    for (int k = 0; k < Problem::count; ++k) tops[k] = V(minus_infinity<T>());
    for (index_t j = 0; j < whole; j += width) {
      const logit_pair<V> pair = pair_at<IsPlain>(p_, a, first + j, mixcon::detail::load_as<V>(entries + j));
      for_each_position<Problem::count>([&](auto k) {
        constexpr int at = decltype(k)::value;
        using statistic = std::remove_cvref_t<decltype(get<at>(p_.statistics))>;
        if constexpr (NeedsRoom<statistic> && !(IsPlain && is_of_positives_only<statistic>)) {
          const V height = get<at>(p_.statistics).height(pair);
          tops[at] = mixcon::choose(height > tops[at], height, tops[at]);
        }
      });
    }
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      if constexpr (NeedsRoom<std::remove_cvref_t<decltype(get<at>(p_.statistics))>>) {
        get<at>(p_.statistics).make_room(get<at>(to.of), top_of(tops[at]));
        shifts[at] = V(get<at>(to.of).shift);
      }
    });
  }
  static void add_plain(state& to, index_t pairs) {
    to.seen.negatives += static_cast<T>(pairs), to.seen.visible += static_cast<T>(pairs);
  }
  /// The columns that fill no vector.
  [[gnu::noinline]] void visit_rest(tile<T>& similarities, index_t r) const {
    logit_pair<T> pairs[static_cast<unsigned>(width)];
    const index_t a = similarities.first_row() + r, first = similarities.first_column();
    index_t count = 0;
    for (index_t j = similarities.whole_columns(width); j < similarities.columns(); ++j)
      pairs[count++] = p_.template shared_pair<T>(a, first + j, *similarities.entry(r, j));
    observe_pairs(p_.statistics, to_[static_cast<std::size_t>(a)], static_cast<const logit_pair<T>*>(pairs), count);
  }
  /// The same as anchors.
  [[gnu::noinline]] void visit_rest_below(tile<T>& similarities) const {
    logit_pair<T> pairs[static_cast<unsigned>(tile_columns)];
    for (index_t j = similarities.whole_columns(width); j < similarities.columns(); ++j) {
      const index_t c = similarities.first_column() + j;
      for (index_t r = 0; r < similarities.rows(); ++r) {
        const index_t a = similarities.first_row() + r;
        pairs[r] = p_.template shared_pair<T>(a, c, *similarities.entry(r, j));
        pairs[r].candidate = p_.first_shared + a;
      }
      observe_pairs(p_.statistics, to_[static_cast<std::size_t>(c)], static_cast<const logit_pair<T>*>(pairs),
                    similarities.rows());
    }
  }
  MIXCON_IN_LOOPS void add_columns(tile<T>& similarities, const strips<false>* columns, bool is_plain) const {
    const index_t whole = similarities.whole_columns(width);
    for (index_t j = 0; j < whole; ++j) {
      state& to = to_[static_cast<std::size_t>(similarities.first_column() + j)];
      columns[j / width].template add_lane<counts>(p_.statistics, to, static_cast<int>(j % width));
      if (counts && is_plain) add_plain(to, similarities.rows());
    }
    if (whole < similarities.columns()) visit_rest_below(similarities);
  }

  const Problem& p_;
  const prepared<T>& with_;
  states& to_;
};

/// The sweep in one visit: by triangle where anchors are the candidates, else by tiles. `kept_bytes`: of products for a
/// backward pass by tiles.
template <class For, class Problem>
void gather_by_pairs(mixcon::detail::team& threads, const Problem& p, typename Problem::row_states& states,
                     index_t kept_bytes) {
  using T = typename Problem::number;
  const prepared<T> with(p);
  const pair_visitor<Problem, For> visitor(p, with, states);
  const index_t columns = blocks_of(p.candidates.count(), tile_columns);
  const bool in_triangle = Problem::may_mirror && p.mirrors && columns > 1;
  const index_t block_rows = in_triangle ? tile_columns : tile_rows;
  const tile_roles<Problem> roles(p, block_rows);
  if (in_triangle) {
    const bool both = pair_visitor<Problem, For>::may_visit_both && is_same_both_ways(p.rule, p.anchors.count());
    reserve_tiles<T>(p.memory, 2 * threads.size(), tile_columns);
    threads.play(columns, [&](index_t block, index_t other) {
      tile<T> products = tile_of(p, block, other, tile_columns);
      products.multiply(with.candidates);
      visitor.measure(products);
      const bool is_plain = roles.is_plain(block, other);
      if constexpr (pair_visitor<Problem, For>::may_visit_both)
        if (both && block != other) return visitor.visit_both(products, is_plain && roles.is_plain(other, block));
      visitor.visit(products, is_plain);
      if (block == other) return;
      tile<T> mirrored = tile_of(p, other, block, tile_columns);
      mirrored.take_transposed(products);
      visitor.visit(mirrored, roles.is_plain(other, block));
    });
  } else {
    const kept_tiles<T> kept(p, tile_rows, false, Problem::linear ? kept_bytes : 0);
    reserve_tiles<T>(p.memory, threads.size(), tile_rows);
    threads.run(blocks_of(p.anchors.count(), tile_rows), [&](index_t block) {
      for (index_t other = 0; other < columns; ++other) {
        tile<T> products = tile_of(p, block, other, tile_rows, kept(block, other));
        products.multiply(with.candidates);
        visitor.measure(products);
        visitor.visit(products, roles.is_plain(block, other));
      }
    });
  }
  threads.run(blocks_of(p.anchors.count(), block_rows), [&](index_t block) {
    for (index_t a = block * block_rows; a < p.anchors.count() && a < (block + 1) * block_rows; ++a)
      visitor.complete(a, roles);
  });
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
