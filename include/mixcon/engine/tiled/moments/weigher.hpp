// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Turns products of tiles into weights, where these are sums of exponentials: both orders of a pair at once.

#include <mixcon/core/phases.hpp>
#include <mixcon/engine/tiled/moments/loops.hpp>
#include <mixcon/engine/tiled/tile_weigher.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// The slope by the product of anchor a with candidate c, by the library's own words.
template <class Problem, class Saved, class T = typename Problem::number>
[[gnu::noinline]] T weight_of_pair(const Problem& p, const Saved& saved, index_t a, index_t c, T dot) {
  const auto at = static_cast<std::size_t>(a);
  if (!saved.used[at]) return 0;
  const logit_pair<T> pair = p.template shared_pair<T>(a, c, dot);
  return mixcon::detail::gradient_by_logit<T>(p, saved, saved.reading[at], a, pair) * p.scale;
}

/// A direction's problem, what it saved, and its anchors' slopes. Not wanted: an anchor of such a direction adds
/// nothing.
template <class Problem, class Saved, class T, int K>
struct weighed_direction {
  const Problem& problem;
  const Saved& saved;
  const moment_slopes<T, K>& slopes;
  bool is_wanted;
};

/// Weights of both orders of the pairs of a tile, added up: those of its anchors, and of its candidates as anchors of
/// `columns` (the same problem, or the one seen from the candidates).
template <class Rows, class Columns, class T, int K>
class moment_weigher {
 public:
  moment_weigher(const Rows& rows, const Columns& columns, const moments::described_rule& rule,
                 const moments::sum_lines<K>& lines, workspace* memory)
      : rows_(rows), columns_(columns), rule_(rule), key_(memory), loops_{rows.slopes.view(), columns.slopes.view()} {
    loops_.tells_positives = rows.slopes.tells_positives || columns.slopes.tells_positives;
    loops_.has_both = columns.is_wanted;
    for (int k = 0; k < K; ++k)
      loops_.times[k] = static_cast<T>(lines.times[k]), loops_.shift[k] = static_cast<T>(lines.shift[k]);
    const index_t candidates = rows.problem.candidates.count();
    key_.assign(moment_slopes<T, K>::padded(candidates), of_nobody);
    for (index_t c = 0; c < candidates; ++c)
      key_[static_cast<std::size_t>(c)] = rule.key_of_candidate(static_cast<int>(c));
    loops_.key = key_.data();
  }

  /// Replaces the products of a tile by its weights.
  [[gnu::noinline]] void weigh(tile<T>& products, measured_from from) const {
    [[maybe_unused]] const timed_phase weighing(phase::weights);
    alone special;
    std::int32_t key_of_row[tile_columns];
    find_alone(products, special);
    for (index_t r = 0; r < products.rows(); ++r) {
      const index_t a = products.first_row() + r;
      key_of_row[r] = rule_.key_of_anchor(static_cast<int>(a));
    }
    loops_.weigh(from, products.entry(0, 0), products.rows(), products.padded_columns(), products.first_row(),
                 products.first_column(), key_of_row);
    for (index_t i = 0; i < special.count; ++i) *special.entry[i] = special.weight[i];
    if (rule_.hides_self)
      for (index_t r = 0; r < products.rows(); ++r) {
        const index_t a = products.first_row() + r, j = a - products.first_column();
        if (j >= 0 && j < products.columns() && a < rule_.anchors && a < rule_.candidates) *products.entry(r, j) = T(0);
      }
  }

 private:
  static constexpr std::int32_t of_nobody = -4;

  /// Pairs of a tile that are weighed one by one.
  struct alone {
    static constexpr unsigned most = 2 * static_cast<unsigned>(tile_columns);
    T* entry[most];
    T weight[most];
    index_t count = 0;
  };
  /// Only positives, of the anchors or of the candidates, before their products are replaced.
  void find_alone(tile<T>& products, alone& special) const {
    for (index_t r = 0; r < products.rows(); ++r) {
      const index_t j =
          rows_.slopes.single[static_cast<std::size_t>(products.first_row() + r)] - products.first_column();
      if (j >= 0 && j < products.columns()) add_alone(products, r, j, special);
    }
    for (index_t j = 0; columns_.is_wanted && j < products.columns(); ++j) {
      const index_t c = products.first_column() + j, a = columns_.slopes.single[static_cast<std::size_t>(c)];
      const index_t r = a - products.first_row();
      if (r >= 0 && r < products.rows() && rows_.slopes.single[static_cast<std::size_t>(a)] != c)
        add_alone(products, r, j, special);
    }
  }
  void add_alone(tile<T>& products, index_t r, index_t j, alone& special) const {
    const index_t a = products.first_row() + r, c = products.first_column() + j;
    T* const entry = products.entry(r, j);
    T weight = weight_of_pair(rows_.problem, rows_.saved, a, c, *entry);
    if (columns_.is_wanted) weight += weight_of_pair(columns_.problem, columns_.saved, c, a, *entry);
    special.entry[special.count] = entry;
    special.weight[special.count++] = without_subnormal(weight);
  }

  const Rows& rows_;
  const Columns& columns_;
  moments::described_rule rule_;
  scratch<std::int32_t> key_;  // (M), padded
  moment_loops<T, K> loops_;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
