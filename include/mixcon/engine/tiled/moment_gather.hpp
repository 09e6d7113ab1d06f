// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The forward pass of problems that are moments: one visit of the pairs, without targets, whose exponentials need no
// shift; then each anchor's positives.

#include <mixcon/engine/call/pair_visit.hpp>
#include <mixcon/engine/tiled/moment_positives.hpp>
#include <mixcon/engine/tiled/moment_sweep.hpp>
#include <mixcon/engine/tiled/team.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// A direction of a call as moments: its rule by keys, and its candidates by key.
template <class Problem>
struct described_problem {
  const Problem& p;
  moments::described_rule rule;
  moments::sum_lines<moments::sums_of_problem<Problem>> lines;
  moments::grouped_rows candidates_by_key;

  explicit described_problem(const Problem& problem)
      : p(problem),
        rule(moments::described<typename Problem::rule_type>::of(p.rule, p.anchors.count(), p.candidates.count())),
        lines(moments::sum_lines_of(p)),
        candidates_by_key(p.memory) {
    candidates_by_key.group(rule.candidate_key, rule.candidates);
  }
};

/// Whether exponentials of a problem's similarities need no shift. Rows that are not finite do: a NaN stays there.
template <class For, class Problem>
bool needs_no_shift(const Problem& p) {
  constexpr index_t most = 0x7fffffff - 2 * tile_columns;  // rows are numbered by 32 bits
  if (!p.anchors.finite() || !p.candidates.finite() || p.anchors.count() > most || p.candidates.count() > most)
    return false;
  const double anchor = longest_row<For>(p.anchors),
               candidate = &p.anchors == &p.candidates ? anchor : longest_row<For>(p.candidates);
  return moments::needs_no_shift<typename Problem::number>(moments::sum_lines_of(p), 1.0001 * anchor * candidate);
}

/// The states of all rows, given their sums.
template <class For, class Problem, class Sums>
void add_positives(mixcon::detail::team& threads, const described_problem<Problem>& of, const Sums& sums,
                   typename Problem::row_states& states) {
  using T = typename Problem::number;
  const Problem& p = of.p;
  const positives_by_key<For, T> positives(p.candidates, of.candidates_by_key.here(), p.memory);
  threads.run(blocks_of(p.anchors.count(), tile_rows), [&](index_t block) {
    for (index_t a = block * tile_rows; a < p.anchors.count() && a < (block + 1) * tile_rows; ++a) {
      const auto at = static_cast<std::size_t>(a);
      const moments::seen_positives seen = positives.see(of.rule, p.anchors, a);
      const double target = seen.number > 0 ? of.rule.target_of(static_cast<int>(a)) : 0.0;
      const int negatives =
          moments::far_count(of.rule, positives.groups(), static_cast<int>(a), static_cast<int>(p.candidates.count()));
      const auto shared = moments::state_of_sums(p, of.lines, sums[at], seen, target, negatives);
      if (p.own_count == 0) {
        states[at] = shared;
        continue;
      }
      mixcon::detail::gather_by_pair<Problem> observe(p);
      mixcon::detail::visit_own(p, a, observe);
      observe.add_to(states[at]);
      states[at].merge(p.statistics, shared);
    }
  });
}

/// The sweep of one direction: by triangle where anchors are the candidates, else by tiles.
template <class For, class Problem>
void gather_by_moments(mixcon::detail::team& threads, const Problem& p, typename Problem::row_states& states) {
  using sweep = moment_sweep<For, typename Problem::number, moments::sums_of_problem<Problem>>;
  const described_problem<Problem> of(p);
  const moments::key_groups groups = of.candidates_by_key.here();
  const index_t block_rows = p.mirrors ? tile_columns : tile_rows;
  sweep visit(p.anchors, p.candidates, of.lines, of.rule, of.rule, block_rows, p.memory);
  visit.has_positives.mark(of.rule, groups, p.anchors.count(), block_rows, tile_columns, false);
  typename sweep::sums sums(p.memory, static_cast<std::size_t>(p.anchors.count()));
  if (p.mirrors) {
    visit.has_positives.mark(of.rule, groups, p.anchors.count(), block_rows, tile_columns, true);
    threads.play(visit.column_blocks(),
                 [&](index_t block, index_t other) { visit.visit(block, other, block == other, sums, &sums); });
  } else {
    threads.run(visit.row_blocks(), [&](index_t block) {
      for (index_t other = 0; other < visit.column_blocks(); ++other) visit.visit(block, other, false, sums, nullptr);
    });
  }
  add_positives<For>(threads, of, sums, states);
}

/// The sweep of both directions: a pair's exponential serves both.
template <class For, class Rows, class Columns>
void gather_both_by_moments(mixcon::detail::team& threads, const Rows& p, const Columns& transposed,
                            typename Rows::row_states& by_row, typename Columns::row_states& by_column) {
  using sweep = moment_sweep<For, typename Rows::number, moments::sums_of_problem<Rows>>;
  const described_problem<Rows> rows(p);
  const described_problem<Columns> columns(transposed);
  sweep visit(p.anchors, p.candidates, rows.lines, rows.rule, columns.rule, tile_columns, p.memory);
  visit.has_positives.mark(rows.rule, rows.candidates_by_key.here(), p.anchors.count(), tile_columns, tile_columns,
                           false);
  visit.has_positives.mark(columns.rule, columns.candidates_by_key.here(), p.candidates.count(), tile_columns,
                           tile_columns, true);
  typename sweep::sums row_sums(p.memory, static_cast<std::size_t>(p.anchors.count())),
      column_sums(p.memory, static_cast<std::size_t>(p.candidates.count()));
  threads.cross(visit.row_blocks(), visit.column_blocks(),
                [&](index_t block, index_t other) { visit.visit(block, other, false, row_sums, &column_sums); });
  add_positives<For>(threads, rows, row_sums, by_row);
  add_positives<For>(threads, columns, column_sums, by_column);
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
