// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/engine/pair_visit.hpp>
#include <mixcon/engine/tile.hpp>

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Gathers the statistics of one block of anchors over all candidates, tile by tile.
template <class Problem>
class block_gather {
  using T = typename Problem::number;
  using vector = native_lanes<T>;
  template <class U>
  using state = mixcon::detail::row_state<Problem, U>;

 public:
  block_gather(const Problem& p, const prepared<Problem>& with, index_t block)
      : p_(p),
        with_(with),
        tile_(p, block, 0),
        on_lanes_(static_cast<std::size_t>(tile_.rows())),
        one_by_one_(static_cast<std::size_t>(tile_.rows())) {}

  void observe(index_t column_block) {
    tile_.move_to(column_block);
    tile_.multiply(with_.candidates);
    for (index_t r = 0; r < tile_.rows(); ++r) observe_row(r);
  }

  /// Joins what each lane saw, in their order, with the rest and with the anchors' own candidates.
  void finish(std::vector<state<T>>& states) {
    for (index_t r = 0; r < tile_.rows(); ++r) {
      const index_t a = tile_.first_row() + r;
      state<T>& whole = states[static_cast<std::size_t>(a)];
      mixcon::detail::visit_own(p_, a, [&](const auto& own) {
        whole.make_room(p_, own.pair);
        whole.observe(p_, own.pair);
      });
      for (int k = 0; k < lane_count<vector>(); ++k) whole.merge(p_, on_lanes_[static_cast<std::size_t>(r)].lane(k));
      whole.merge(p_, one_by_one_[static_cast<std::size_t>(r)]);
    }
  }

 private:
  void observe_row(index_t r) {
    const index_t a = tile_.first_row() + r, first = tile_.first_column();
    logit_pair<vector> pairs[static_cast<std::size_t>(tile<Problem>::most_vectors)];
    index_t vectors = 0;
    for (index_t j = 0; j < tile_.whole_columns(); j += tile<Problem>::lanes)
      pairs[vectors++] = pair_at<vector>(a, first + j, load_vector(tile_.entry(r, j)));
    observe_pairs(on_lanes_[static_cast<std::size_t>(r)], pairs, vectors);
    for (index_t j = tile_.whole_columns(); j < tile_.columns(); ++j) {
      const logit_pair<T> pair = pair_at<T>(a, first + j, *tile_.entry(r, j));
      observe_pairs(one_by_one_[static_cast<std::size_t>(r)], &pair, 1);
    }
  }
  template <class U>
  logit_pair<U> pair_at(index_t a, index_t c, const U& dot) const {
    similarity_slopes<U> slopes;
    return p_.template shared_pair<U>(a, c, similarity_at(p_, with_, a, c, dot, slopes));
  }
  /// Makes room once for a whole strip, then takes every pair at the cost of one exponential.
  template <class U>
  void observe_pairs(state<U>& s, const logit_pair<U>* pairs, index_t count) const {
    if (count == 0) return;
    for_each_position<Problem::count>([&](auto k) {
      constexpr int at = decltype(k)::value;
      const auto& statistic = get<at>(p_.statistics);
      if constexpr (requires { statistic.make_room(get<at>(s.of), statistic.height(pairs[0])); }) {
        U top = statistic.height(pairs[0]);
        for (index_t i = 1; i < count; ++i) {
          const U height = statistic.height(pairs[i]);
          top = mixcon::choose(height > top, height, top);
        }
        statistic.make_room(get<at>(s.of), top);
      }
    });
    for (index_t i = 0; i < count; ++i) s.observe(p_, pairs[i]);
  }

  const Problem& p_;
  const prepared<Problem>& with_;
  tile<Problem> tile_;
  std::vector<state<vector>> on_lanes_;
  std::vector<state<T>> one_by_one_;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon
