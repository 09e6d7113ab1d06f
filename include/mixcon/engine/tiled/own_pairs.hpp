// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The anchors' own candidates: pairs of one anchor side by side on lanes, where similarities are products; else one by
// one, as `serial` visits them.

#include <mixcon/core/phases.hpp>
#include <mixcon/engine/call/pair_gradient.hpp>
#include <mixcon/engine/tiled/lane_states.hpp>
#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Whether own candidates go on lanes: the targets know them, and a pair's similarity is a product.
template <class Problem, class T = typename Problem::number>
inline constexpr bool own_on_lanes =
    Problem::linear && requires(const Problem& p) { p.rule.template own<T>(index_t{}, index_t{}); };

/// As many pairs of an anchor as V has lanes, from its candidate `first` on; what is beyond the last one is hidden.
template <class V, class Problem>
class own_strip {
  using T = typename Problem::number;

 public:
  static constexpr index_t width = lane_count<V>();

  MIXCON_IN_LOOPS own_strip(const Problem& p, index_t anchor, index_t first)
      : first_row_(anchor * p.own_count + first), count_(p.own_count - first < width ? p.own_count - first : width) {
    vectors::products_of_rows(p.anchors.row(anchor), p.own.row(first_row_), p.own.pitch(), count_, p.anchors.width(),
                              similarities_);
    T x[at_most] = {}, weight[at_most] = {}, target[at_most] = {}, positive[at_most] = {};
    for (index_t k = 0; k < count_; ++k) {
      similarities_[k] *= p.own.times(first_row_ + k);
      const logit_pair<T> pair = p.own_pair(anchor, first + k, similarities_[k]);
      x[k] = pair.x, weight[k] = pair.weight, target[k] = pair.target, positive[k] = pair.positive ? T(1) : T(0);
    }
    using mixcon::detail::load_as;
    pairs_ = {load_as<V>(x), load_as<V>(weight), load_as<V>(target), load_as<V>(positive) > V(0), first};
  }
  const logit_pair<V>& pairs() const { return pairs_; }
  index_t count() const { return count_; }
  /// Of all own rows.
  index_t first_row() const { return first_row_; }
  T similarity(index_t k) const { return similarities_[k]; }

 private:
  static constexpr auto at_most = static_cast<std::size_t>(width);

  index_t first_row_, count_;
  T similarities_[at_most];
  logit_pair<V> pairs_;
};

template <class For, class Problem>
[[gnu::noinline]] void gather_own_on(const Problem& p, index_t anchor, mixcon::detail::state_of<Problem>& to) {
  using V = typename For::template vector<typename Problem::number>;
  using lane_state = mixcon::detail::state_of<Problem, V>;
  constexpr index_t at_once = 32 * lane_count<V>();  // so that a sum has few terms
  for (index_t begin = 0; begin < p.own_count; begin += at_once) {
    const index_t end = p.own_count - begin < at_once ? p.own_count : begin + at_once;
    run_for<For>([&]() MIXCON_IN_LOOPS {
      lane_state on_lanes;
      for (index_t j = begin; j < end; j += lane_count<V>()) {
        const own_strip<V, Problem> strip(p, anchor, j);
        on_lanes.make_room(p.statistics, strip.pairs());
        on_lanes.observe(p.statistics, strip.pairs());
      }
      level(p.statistics, on_lanes);
      to.merge(p.statistics, folded(p.statistics, on_lanes));
    });
  }
}
/// Merges what an anchor sees of its own candidates into its state.
template <class Problem>
[[gnu::noinline]] void gather_own(const Problem& p, index_t anchor, mixcon::detail::state_of<Problem>& to) {
  if constexpr (own_on_lanes<Problem>) {
    for_set_in_use([&](auto set) { gather_own_on<decltype(set)>(p, anchor, to); });
  } else {
    mixcon::detail::gather_by_pair<Problem> observe(p);
    mixcon::detail::visit_own(p, anchor, observe);
    observe.add_to(to);
  }
}

template <class For, class Problem, class Saved, class T = typename Problem::number>
[[gnu::noinline]] void scatter_own_on(const Problem& p, const Saved& saved, mixcon::detail::packed_gradients<T>& to,
                                      index_t anchor) {
  using V = typename For::template vector<T>;
  using lane_readings = mixcon::detail::row_readings<typename Problem::statistics_type, V>;
  const auto at = static_cast<std::size_t>(anchor);
  const index_t pitch = p.anchors.pitch(), width = p.anchors.width();
  const auto& reading = saved.reading[at];
  T weights[static_cast<std::size_t>(lane_count<V>())], by_logit[static_cast<std::size_t>(lane_count<V>())],
      times[static_cast<std::size_t>(lane_count<V>())];
  index_t rows[static_cast<std::size_t>(lane_count<V>())];
  for (index_t j = 0; j < p.own_count; j += lane_count<V>()) {
    run_for<For>([&]() MIXCON_IN_LOOPS {
      lane_readings on_lanes;
      for_each_position<Problem::count>([&](auto k) {
        constexpr int position = decltype(k)::value;
        get<position>(on_lanes) = get<position>(reading).template spread<V>();
      });
      const own_strip<V, Problem> strip(p, anchor, j);
      const V slopes = mixcon::detail::gradient_by_logit<V>(p, saved, on_lanes, anchor, strip.pairs());
      mixcon::detail::store_as(by_logit, slopes);
      mixcon::detail::store_as(weights, without_subnormal(slopes * V(p.scale)));
      index_t number = 0;
      for (index_t k = 0; k < strip.count(); ++k) {
        if (to.wants_scale)
          to.scale[at] += Problem::slope_times(by_logit[k], strip.similarity(k)), to.bias[at] += by_logit[k];
        if (weights[k] == T(0)) continue;  // a hidden row may be NaN
        const index_t row = strip.first_row() + k;
        weights[number] = weights[k], times[number] = without_subnormal(weights[k] * p.own.times(row)),
        rows[number++] = row;
      }
      if (!to.anchors.empty())
        vectors::add_rows(to.anchors.data() + anchor * pitch, times, rows, number, p.own.row(0), pitch, width);
      for (index_t k = 0; k < number && !to.own.empty(); ++k)
        vectors::add_rows(to.own.data() + rows[k] * pitch, &weights[k], &anchor, 1, p.anchors.row(0), pitch, width);
    });
  }
}
/// What the anchors' own candidates add to the gradients, of one block of anchors.
template <class Problem, class Saved, class T = typename Problem::number>
[[gnu::noinline]] void scatter_own(const Problem& p, const Saved& saved, mixcon::detail::packed_gradients<T>& to,
                                   index_t block) {
  [[maybe_unused]] const timed_phase adding(phase::gradients);
  for (index_t a = block * tile_rows; a < p.anchors.count() && a < (block + 1) * tile_rows; ++a) {
    if (!saved.used[static_cast<std::size_t>(a)]) continue;
    if constexpr (own_on_lanes<Problem>)
      for_set_in_use([&](auto set) { scatter_own_on<decltype(set)>(p, saved, to, a); });
    else
      mixcon::detail::visit_own(p, a, [&](const auto& own) { mixcon::detail::add_pair(p, saved, a, own, to); });
  }
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
