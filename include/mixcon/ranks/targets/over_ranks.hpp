// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What targets must have so that ranks understand them; and those that need to learn nothing of other ranks.

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/call/shifted.hpp>
#include <mixcon/ranks/shards.hpp>

#include <optional>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {
template <class>
inline constexpr bool never = false;
}  // namespace detail

// Each rank hands in the targets of its own rows. A specialisation of `targets_over_ranks` for them has
//
//   static auto bind(const Targets&, const pair_space&, const shards&, const Board&)
//
// which every rank calls at the same time; `pair_space` is of this rank's rows. It refuses through
// `board.refuse_together`, and answers an owner with
//
//   rule(rank)   the rule of this rank's anchors against the candidates of that one, both numbered from 0
//
// and, where there are any, `skips_anchor(a)` and `skips_candidate(c)` of this rank's rows. Where it also knows the
// other ranks' anchors, for calls whose anchors are the candidates, each two ranks may meet once for both orders of a
// pair:
//
//   between(part_of_rows anchors, part_of_rows candidates)   the rule of rows of two different ranks, of the same type
//   knows_all_anchors()   whether it does, the same on every rank

namespace detail {

/// An owner of targets that rank by rank differ in no more than where the block begins.
template <class Bound>
struct shifted_bound {
  Bound held;
  index_t first_anchor = 0;           // by which the rule knows this rank's anchors
  std::vector<index_t> of_rank{};     // by which it knows each rank's candidates
  index_t skipped_candidates_at = 0;  // by which the owner knows this rank's candidates
  auto rule(index_t rank) const {
    using Rule = decltype(held.rule());
    return shifted_rule<Rule>{held.rule(), {first_anchor, of_rank[static_cast<std::size_t>(rank)]}};
  }
  bool skips_anchor(index_t a) const { return detail::skips_anchor(held, first_anchor + a); }
  bool skips_candidate(index_t c) const { return detail::skips_candidate(held, skipped_candidates_at + c); }
};
inline std::vector<index_t> first_candidates(const shards& rows) {
  std::vector<index_t> first;
  for (index_t r = 0; r < rows.ranks(); ++r) first.push_back(rows.first(r).candidates);
  return first;
}
/// The pairs of this rank's anchors with all candidates, and those of all anchors.
inline pair_space with_all_candidates(const pair_space& mine, const shards& rows) {
  const index_t all = rows.all().candidates;
  return {mine.anchors, all, mine.own, {all}, mine.width, mine.memory};
}
inline pair_space of_all_rows(const pair_space& mine, const shards& rows) {
  pair_space all = with_all_candidates(mine, rows);
  all.anchors = rows.all().anchors;
  return all;
}
/// Binds by `make`, which may refuse, on every rank.
template <class Board, class Make>
auto bind_together(const Board& board, Make&& make) {
  std::optional<decltype(make())> made;
  board.refuse_together([&] { made.emplace(make()); });
  return *(std::move)(made);
}

/// Whether a rule that is made of two tells pair (i, j) from (j, i).
template <bool>
struct symmetric_if {};
template <>
struct symmetric_if<true> {
  static constexpr bool is_symmetric = true;
};
template <class Rule>
inline constexpr bool is_symmetric_rule = requires { Rule::is_symmetric; };

/// Targets that say of a rank's own pairs what they say alone, and the same of all other ranks' candidates.
template <class Bound, class Elsewhere>
struct bound_of_own_rank {
  using Here = decltype(std::declval<const Bound&>().rule());
  struct rule_type : symmetric_if<is_symmetric_rule<Here> && is_symmetric_rule<Elsewhere>> {
    Here here;
    Elsewhere elsewhere;
    bool is_here;
    rule_type(const Here& rule, const Elsewhere& other, bool own) : here(rule), elsewhere(other), is_here(own) {}
    template <class F>
    void each_view(F&& f) {
      mixcon::each_view(here, f);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      return is_here ? here.template at<T>(anchor, candidate) : elsewhere.template at<T>(anchor, candidate);
    }
    template <class T>
    MIXCON_HD role<T> own(index_t anchor, index_t j) const
    requires requires { here.template own<T>(anchor, j); }
    {
      return here.template own<T>(anchor, j);
    }
  };
  Bound held;
  Elsewhere elsewhere;
  index_t me;
  rule_type rule(index_t rank) const { return {held.rule(), elsewhere, rank == me}; }
  bool skips_anchor(index_t a) const { return detail::skips_anchor(held, a); }
  bool skips_candidate(index_t c) const { return detail::skips_candidate(held, c); }
};

/// Bound on each rank as in one process, every other rank's candidates being negatives of weight 1.
struct with_negatives_elsewhere {
  template <class Targets, class Board>
  static auto bind(const Targets& targets, const pair_space& mine, const shards& rows, const Board& board) {
    return bind_together(board, [&] {
      using Bound = decltype(targets.bind(mine));
      return bound_of_own_rank<Bound, every_negative::rule_type>{targets.bind(mine), {}, rows.me()};
    });
  }
};

/// Bound to this rank's anchors and the candidates of all ranks, by which they number classes and columns.
struct with_columns_of_all {
  template <class Targets, class Board>
  static auto bind(const Targets& targets, const pair_space& mine, const shards& rows, const Board& board) {
    return bind_together(board, [&] {
      using Bound = decltype(targets.bind(mine));
      return shifted_bound<Bound>{targets.bind(with_all_candidates(mine, rows)), 0, first_candidates(rows),
                                  rows.first(rows.me()).candidates};
    });
  }
};

}  // namespace detail

/// How targets are bound where rows lie on several ranks; specialised for those of this library. Others are refused.
template <class Targets>
struct targets_over_ranks {
  static constexpr bool is_unknown = true;
  template <class... More>
  static auto bind(const Targets&, const More&...) {
    return detail::shifted_bound<detail::bound_rule<every_negative::rule_type>>{};
  }
};

/// Candidate i of a rank is the positive of that rank's anchor i.
template <>
struct targets_over_ranks<diagonal_targets> : detail::with_negatives_elsewhere {};
/// Candidate i of a rank is the row of that rank's anchor i.
template <>
struct targets_over_ranks<other_rows> : detail::with_negatives_elsewhere {};
template <>
struct targets_over_ranks<every_negative> : detail::with_negatives_elsewhere {};
template <>
struct targets_over_ranks<first_own_targets> : detail::with_negatives_elsewhere {};
template <>
struct targets_over_ranks<every_positive> : detail::with_columns_of_all {};
/// Class c is candidate c of all, in the ranks' order.
template <>
struct targets_over_ranks<class_targets> : detail::with_columns_of_all {};
/// A rank hands in the rows of its own anchors: (its anchors, candidates of all ranks).
template <class E>
struct targets_over_ranks<matrix_targets<E>> : detail::with_columns_of_all {};

namespace detail {
/// Targets of all rows, the same on every rank: rows are numbered in the ranks' order.
template <class Targets>
struct targets_of_all_ranks {
  Targets of_all{};
  auto bind(const pair_space& pairs) const { return of_all.bind(pairs); }
};
}  // namespace detail
/// Says to ranks that these targets are of the rows of all ranks, in their order, and the same on each:
/// `of_all_ranks(mask_targets(mask))`. They take the memory that they take in one process, on every rank.
template <class Targets>
detail::targets_of_all_ranks<Targets> of_all_ranks(const Targets& targets) {
  return {targets};
}
template <class Targets>
struct targets_over_ranks<detail::targets_of_all_ranks<Targets>> {
  template <class Board>
  static auto bind(const detail::targets_of_all_ranks<Targets>& targets, const pair_space& mine,
                   const detail::shards& rows, const Board& board) {
    return detail::bind_together(board, [&] {
      const detail::shard& first = rows.first(rows.me());
      using Bound = decltype(targets.of_all.bind(mine));
      return detail::shifted_bound<Bound>{targets.of_all.bind(detail::of_all_rows(mine, rows)), first.anchors,
                                          detail::first_candidates(rows), first.candidates};
    });
  }
};
/// A function of the numbers of an anchor and a candidate among all.
template <class Function>
struct targets_over_ranks<function_targets<Function>> {
  template <class... More>
  static auto bind(const function_targets<Function>& targets, const More&... more) {
    return targets_over_ranks<detail::targets_of_all_ranks<function_targets<Function>>>::bind({targets}, more...);
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
