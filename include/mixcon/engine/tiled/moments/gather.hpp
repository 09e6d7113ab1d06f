// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The forward pass of problems that are moments: one visit of the pairs, without targets, whose exponentials need no
// shift; then each anchor's positives.

#include <mixcon/core/number/set_loops.hpp>
#include <mixcon/engine/call/pair_visit.hpp>
#include <mixcon/engine/tiled/candidate_sums.hpp>
#include <mixcon/engine/tiled/kept_tiles.hpp>
#include <mixcon/engine/tiled/moments/positives.hpp>
#include <mixcon/engine/tiled/moments/sweep.hpp>
#include <mixcon/engine/tiled/own_pairs.hpp>
#include <mixcon/engine/tiled/team.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// The largest length of rows; NaN stays.
template <class T>
[[gnu::noinline]] double longest_row(const mixcon::detail::packed_rows<T>& rows) {
  T longest = 0;  // squared
  for_set_in_use([&](auto set) {
    using vector = typename decltype(set)::template vector<T>;
    run_for<decltype(set)>([&] {
      for (index_t i = 0; i < rows.count(); ++i) {
        const T squared = mixcon::detail::dot_on<vector>(rows.row(i), rows.row(i), rows.pitch());
        if (!(squared <= longest)) longest = squared;
      }
    });
  });
  return mixcon::sqrt_of(static_cast<double>(longest));
}

/// A direction of a call as moments: its rule by keys, and its candidates by key.
template <class Problem>
class described_problem {
 public:
  using T = typename Problem::number;
  static constexpr int K = moments::sums_of_problem<Problem>;
  using sums = scratch<moments::pair_sums<K>>;

  explicit described_problem(const Problem& problem)
      : p(problem),
        rule(moments::described<typename Problem::rule_type>::of(p.rule, p.anchors.count(), p.candidates.count())),
        lines(moments::sum_lines_of(p)),
        by_key_(p.memory) {}

  /// Whether one shift does for all pairs. Not where rows are not finite: a NaN stays what it is.
  [[gnu::noinline]] bool has_one_shift() {
    constexpr index_t most = 0x7fffffff - 2 * tile_columns;  // rows are numbered by 32 bits
    if (!p.anchors.finite() || !p.candidates.finite() || p.anchors.count() > most || p.candidates.count() > most)
      return false;
    const double anchor = longest_row(p.anchors);
    longest_candidate_ = &p.anchors == &p.candidates ? anchor : longest_row(p.candidates);
    return moments::choose_shift<T>(lines, 1.0001 * anchor * longest_candidate_, p.candidates.count());
  }
  void group() { by_key_.group(rule.candidate_key, rule.candidates); }
  moments::key_groups groups() const { return by_key_.here(); }
  /// Whether the backward pass will want sums of candidates, and no more of the pairs.
  bool sums_candidates() const {
    return K == 1 && !p.mirrors && p.kept != nullptr && p.kept->of_anchors_alone && !rule.hides_others &&
           has_room_for_sums() && have_few_positives(rule, groups(), p.anchors.count());
  }
  sums fresh_sums() const { return sums(p.memory, static_cast<std::size_t>(p.anchors.count())); }

  /// The states of all rows, given their sums; false where those are not safe.
  [[gnu::noinline]] bool add_positives(mixcon::detail::team& threads, const sums& of,
                                       typename Problem::row_states& states) const {
    const positives_by_key<T> positives(p.candidates, groups(), p.memory);
    const index_t blocks = blocks_of(p.anchors.count(), tile_rows);
    scratch<char> is_unsafe(p.memory, static_cast<std::size_t>(blocks));
    threads.run(blocks, [&](index_t block) {
      for (index_t a = block * tile_rows; a < p.anchors.count() && a < (block + 1) * tile_rows; ++a) {
        const auto at = static_cast<std::size_t>(a);
        const moments::seen_positives seen = positives.see(rule, p.anchors, a);
        if (!of[at].template are_safe<T>(lines, seen.number, p.candidates.count()))
          is_unsafe[static_cast<std::size_t>(block)] = 1;
        states[at] = state_of(a, of[at], seen);
      }
    });
    for (const char is : is_unsafe)
      if (is != 0) return false;
    return true;
  }

  const Problem& p;
  moments::described_rule rule;
  moments::sum_lines<K> lines;

 private:
  [[gnu::noinline]] auto state_of(index_t a, const moments::pair_sums<K>& of,
                                  const moments::seen_positives& seen) const {
    const int own = static_cast<int>(a);
    const double target = seen.number > 0 ? rule.target_of(own) : 0.0;
    const int negatives = moments::far_count(rule, groups(), own, static_cast<int>(p.candidates.count()));
    auto shared = moments::state_of_sums(p, lines, of, seen, target, negatives);
    if (p.own_count == 0) return shared;
    mixcon::detail::state_of<Problem> whole;
    gather_own(p, a, whole);
    whole.merge(p.statistics, shared);
    return whole;
  }

  /// Whether exponentials times candidates, which no slope has made small yet, are normal numbers, and their sums.
  bool has_room_for_sums() const {
    using range = moments::exponent_range<T>;
    const double largest = range::is_float ? 127 : 1023;
    return longest_candidate_ * (static_cast<double>(p.candidates.count()) + 1) < std::exp2(largest - range::most) &&
           longest_candidate_ > std::exp2(range::least + range::digits + 1 + range::most - 2);
  }

  moments::grouped_rows by_key_;
  double longest_candidate_ = 0;
};

/// The visit of all tiles, and sums of the candidates times their exponentials. Each thread has a part of the anchors,
/// and packs a tile's candidates for all of these.
template <class Problem, class Sweep>
[[gnu::noinline]] void visit_and_sum(mixcon::detail::team& threads, const described_problem<Problem>& of,
                                     const Sweep& visit, typename described_problem<Problem>::sums& sums) {
  using T = typename Problem::number;
  candidate_sums<T> candidates(of.p, of.rule, of.groups(), of.lines.times[0], of.lines.shift[0]);
  reserve_tiles<T>(of.p.memory, threads.size(), tile_rows);
  const index_t blocks = visit.row_blocks(), parts = threads.size() < blocks ? threads.size() : blocks;
  const auto panel_size = static_cast<std::size_t>(tile_columns * of.p.candidates.width());
  scratch<T> panels_of_all(of.p.memory, static_cast<std::size_t>(parts) * panel_size);
  threads.run(parts, [&](index_t part) {
    T* const panel = panels_of_all.data() + static_cast<std::size_t>(part) * panel_size;
    for (index_t other = 0; other < visit.column_blocks(); ++other) {
      panels<T>::pack(of.p.candidates, other, panel);
      for (index_t block = part * blocks / parts; block < (part + 1) * blocks / parts; ++block) {
        tile<T> products = tile_of(of.p, block, other, tile_rows);
        visit.visit(block, other, false, sums, nullptr, products.entry(0, 0), {panel, tile_columns});
        candidates.add(products);
      }
    }
  });
}

/// The sweep of one direction: by triangle where anchors are the candidates, else by tiles. False where exponentials
/// need shifts of their own; then nothing was done.
template <class Problem>
bool gather_by_moments(mixcon::detail::team& threads, const Problem& p, typename Problem::row_states& states,
                       index_t kept_bytes) {
  described_problem<Problem> of(p);
  if (!of.has_one_shift()) return false;
  of.group();
  const index_t block_rows = p.mirrors ? tile_columns : tile_rows;
  const bool sums_candidates = of.sums_candidates();
  moment_sweep<typename Problem::number, of.K> visit(p.anchors, p.candidates, of.lines, of.rule, of.rule, block_rows,
                                                     p.memory, !sums_candidates);
  visit.has_positives.mark(of.rule, of.groups(), p.anchors.count(), block_rows, tile_columns, false);
  auto sums = of.fresh_sums();
  if (p.mirrors) {
    const kept_tiles<typename Problem::number> kept(p, block_rows, true, kept_bytes);
    visit.has_positives.mark(of.rule, of.groups(), p.anchors.count(), block_rows, tile_columns, true);
    threads.play(visit.column_blocks(), [&](index_t block, index_t other) {
      visit.visit(block, other, block == other, sums, &sums, kept(block, other));
    });
  } else if (sums_candidates) {
    if constexpr (described_problem<Problem>::K == 1) visit_and_sum(threads, of, visit, sums);
  } else {
    const kept_tiles<typename Problem::number> kept(p, block_rows, false, kept_bytes);
    threads.run(visit.row_blocks(), [&](index_t block) {
      for (index_t other = 0; other < visit.column_blocks(); ++other)
        visit.visit(block, other, false, sums, nullptr, kept(block, other));
    });
  }
  if (of.add_positives(threads, sums, states)) return true;
  states = p.fresh_states();
  if (p.kept != nullptr) (p.kept->candidate_sums.clear)();
  return false;
}

/// The sweep of both directions: a pair's exponential serves both.
template <class Rows, class Columns>
bool gather_both_by_moments(mixcon::detail::team& threads, const Rows& p, const Columns& transposed,
                            typename Rows::row_states& by_row, typename Columns::row_states& by_column,
                            index_t kept_bytes) {
  described_problem<Rows> rows(p);
  described_problem<Columns> columns(transposed);
  if (!rows.has_one_shift()) return false;
  columns.lines = rows.lines;  // of the same loss, scale and bias
  rows.group(), columns.group();
  moment_sweep<typename Rows::number, rows.K> visit(p.anchors, p.candidates, rows.lines, rows.rule, columns.rule,
                                                    tile_columns, p.memory);
  visit.has_positives.mark(rows.rule, rows.groups(), p.anchors.count(), tile_columns, tile_columns, false);
  visit.has_positives.mark(columns.rule, columns.groups(), p.candidates.count(), tile_columns, tile_columns, true);
  auto row_sums = rows.fresh_sums();
  auto column_sums = columns.fresh_sums();
  const kept_tiles<typename Rows::number> kept(p, tile_columns, false, kept_bytes);
  threads.cross(visit.row_blocks(), visit.column_blocks(), [&](index_t block, index_t other) {
    visit.visit(block, other, false, row_sums, &column_sums, kept(block, other));
  });
  if (rows.add_positives(threads, row_sums, by_row) && columns.add_positives(threads, column_sums, by_column))
    return true;
  by_row = p.fresh_states(), by_column = transposed.fresh_states();
  return false;
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
