// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Targets that are made of others, across ranks: scaled, of segments, with own candidates, mixed, of pairs of classes.

#include <mixcon/bridge/class_pairs.hpp>
#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/ranks/targets/classes.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
namespace detail {
template <class Targets, class Board>
auto bind_over_ranks(const Targets& targets, const pair_space& mine, const shards& rows, const Board& board) {
  return targets_over_ranks<Targets>::bind(targets, mine, rows, board);
}
template <class Targets, class Board>
using bound_over_ranks = decltype(bind_over_ranks(std::declval<const Targets&>(), std::declval<const pair_space&>(),
                                                  std::declval<const shards&>(), std::declval<const Board&>()));
}  // namespace detail

/// The labels of this rank's mixed samples; class c is candidate c of all, in the ranks' order.
template <>
struct targets_over_ranks<class_pair_targets> : detail::with_columns_of_all {};

/// `by` is of this rank's anchors.
template <class Base>
struct targets_over_ranks<scaled_targets<Base>> {
  template <class BaseBound>
  struct bound {
    BaseBound base;
    vector_view<const double> by;
    auto rule(index_t rank) const {
      using base_rule = decltype(base.rule(rank));
      return typename scaled_targets<Base>::template rule_type<base_rule>{base.rule(rank), by};
    }
    bool skips_anchor(index_t anchor) const { return detail::skips_anchor(base, anchor); }
    bool skips_candidate(index_t candidate) const { return detail::skips_candidate(base, candidate); }
  };
  template <class Board>
  static auto bind(const scaled_targets<Base>& targets, const pair_space& mine, const detail::shards& rows,
                   const Board& board) {
    board.refuse_together([&] {
      MIXCON_REQUIRE(targets.by.extent(0) == mine.anchors, "scaled_targets: ", targets.by.extent(0), " factors for ",
                     mine.anchors, " anchors; expected one each");
      for (index_t a = 0; a < mine.anchors; ++a)
        MIXCON_REQUIRE(targets.by[a] - targets.by[a] == 0, "scaled_targets: factor ", a, " is ", targets.by[a],
                       "; expected a finite number");
    });
    return bound<detail::bound_over_ranks<Base, Board>>{detail::bind_over_ranks(targets.base, mine, rows, board),
                                                        targets.by};
  }
};

/// `lambda` and `partner` are of this rank's anchors: a sample's partner is on its own rank.
template <class Base>
struct targets_over_ranks<mixed_targets<Base>> {
  template <class BaseBound>
  struct bound {
    BaseBound base;
    vector_view<const double> lambda;
    std::vector<index_t> partner;
    auto rule(index_t rank) const {
      using base_rule = decltype(base.rule(rank));
      return
          typename mixed_targets<Base>::template rule_type<base_rule>{base.rule(rank), lambda, mixcon::view(partner)};
    }
    bool skips_anchor(index_t anchor) const {
      const double keep = lambda[lambda.extent(0) == 1 ? 0 : anchor];
      return (keep == 0 || detail::skips_anchor(base, anchor)) &&
             (keep == 1 || detail::skips_anchor(base, partner[static_cast<std::size_t>(anchor)]));
    }
    bool skips_candidate(index_t candidate) const { return detail::skips_candidate(base, candidate); }
  };
  template <class Board>
  static auto bind(const mixed_targets<Base>& targets, const pair_space& mine, const detail::shards& rows,
                   const Board& board) {
    std::vector<index_t> partner;
    board.refuse_together([&] {
      if (mine.anchors > 0) {  // what it refuses alone, but for its base
        const mixed_targets<every_negative> alone({}, targets.lambda, targets.partner);
        alone.bind(mine);
      }
      for (index_t a = 0; a < mine.anchors; ++a) partner.push_back(targets.partner[a]);
    });
    return bound<detail::bound_over_ranks<Base, Board>>{detail::bind_over_ranks(targets.base, mine, rows, board),
                                                        targets.lambda, partner};
  }
};

/// Each rank hands in as many segments; a segment's candidates are those of all ranks.
template <class... Each>
struct targets_over_ranks<segment_targets<Each...>> {
  static constexpr int count = static_cast<int>(sizeof...(Each));
  template <class... Bound>
  struct bound {
    std::tuple<Bound...> owners;
    std::vector<axes<count + 1>> from;  // of each rank: where segments begin among its candidates
    index_t me;
    auto rule(index_t rank) const {
      return [&]<int... k>(std::integer_sequence<int, k...>) {
        using rule_type =
            typename segment_targets<Each...>::template rule_type<decltype(std::get<k>(owners).rule(rank))...>;
        return rule_type{{std::get<k>(owners).rule(rank)...}, from[static_cast<std::size_t>(rank)]};
      }(typename pack<Bound...>::positions{});
    }
    bool skips_anchor(index_t anchor) const {
      return std::apply([&](const auto&... part) { return (detail::skips_anchor(part, anchor) || ...); }, owners);
    }
    bool skips_candidate(index_t candidate) const {
      int segment = 0;
      const auto& mine = from[static_cast<std::size_t>(me)];
      const auto skips = [&](const auto& part) {
        const int s = segment++;
        return mine[s] <= candidate && candidate < mine[s + 1] && detail::skips_candidate(part, candidate - mine[s]);
      };
      return std::apply([&](const auto&... part) { return (skips(part) || ...); }, owners);
    }
  };
  template <class Board>
  static auto bind(const segment_targets<Each...>& targets, const pair_space& mine, const detail::shards& rows,
                   const Board& board) {
    board.refuse_together([&] {
      MIXCON_REQUIRE(mine.segments.size() == static_cast<std::size_t>(count), "segments: made for ", count,
                     " candidate segments, called with ", mine.segments.size(),
                     "; expected one targets for each segment, in their order");
    });
    std::vector<index_t> sizes(mine.segments.begin(), mine.segments.end());
    const auto all = board.all_of(sizes.data(), sizes.size());
    std::vector<axes<count + 1>> from;
    std::vector<detail::shards> parts;
    for (index_t r = 0; r < rows.ranks(); ++r) {
      axes<count + 1> at;
      for (int s = 0; s < count; ++s) at[s + 1] = at[s] + all.of(r)[s];
      from.push_back(at);
    }
    for (int s = 0; s < count; ++s) {
      std::vector<index_t> counts;
      for (index_t r = 0; r < rows.ranks(); ++r) counts.push_back(all.of(r)[s]);
      parts.push_back(rows.with_candidates(counts));
    }
    const auto part = [&](int s) {
      const index_t size = sizes[static_cast<std::size_t>(s)];
      return pair_space{mine.anchors, size, 0, {size}, mine.width, mine.memory};
    };
    return [&]<int... k>(std::integer_sequence<int, k...>) {  // braces: in their order, on every rank
      return bound<detail::bound_over_ranks<Each, Board>...>{
          std::tuple<detail::bound_over_ranks<Each, Board>...>{
              detail::bind_over_ranks(get<k>(targets.each), part(k), parts[static_cast<std::size_t>(k)], board)...},
          from, rows.me()};
    }(typename pack<Each...>::positions{});
  }
};

/// Own candidates are each rank's own affair; shared ones are those of all ranks.
template <class Own, class Shared>
struct targets_over_ranks<own_targets<Own, Shared>> {
  template <class OwnBound, class SharedBound>
  struct bound {
    OwnBound mine;
    SharedBound shared;
    auto rule(index_t rank) const {
      using rule_type =
          typename own_targets<Own, Shared>::template rule_type<decltype(mine.rule()), decltype(shared.rule(rank))>;
      return rule_type{mine.rule(), shared.rule(rank)};
    }
    bool skips_anchor(index_t a) const { return detail::skips_anchor(mine, a) || detail::skips_anchor(shared, a); }
    bool skips_candidate(index_t c) const { return detail::skips_candidate(shared, c); }
  };
  template <class Board>
  static auto bind(const own_targets<Own, Shared>& targets, const pair_space& mine, const detail::shards& rows,
                   const Board& board) {
    auto own = detail::bind_together(board, [&] {
      MIXCON_REQUIRE(mine.own > 0 || mine.anchors == 0,
                     "queue_targets: the candidates have no own(...) segment; expected candidates(own(keys), queue)");
      return targets.mine.bind(mine);
    });
    pair_space rest = mine;
    rest.own = 0;
    return bound<decltype(own), detail::bound_over_ranks<Shared, Board>>{
        (std::move)(own), detail::bind_over_ranks(targets.shared, rest, rows, board)};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
