// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What backward multiplies exponentials with: a few numbers of each anchor, found once from its readings.

#include <mixcon/engine/moments/found_state.hpp>
#include <mixcon/engine/saved.hpp>
#include <mixcon/engine/tiled/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Whether weights of a problem's pairs are sums of exponentials times numbers of their anchors, plus a number where
/// they are positives.
template <class Problem>
inline constexpr bool weighs_by_moments = [] {
  constexpr each scope = loss_traits<typename Problem::loss_type>::scope;
  return scope != each::positive && scope != each::triplet && moments::fits_moments<Problem>;
}();

/// What exponents are measured from: one shift for all pairs, so that one exponential serves both orders of a pair; or,
/// where they are too large for that, each anchor's own offset.
enum class measured_from { one_shift, offset };

/// The numbers of moment_slopes, as loops read them.
template <class T, int K>
struct moment_slopes_view {
  const T *negative[static_cast<unsigned>(K)], *positive[static_cast<unsigned>(K)], *offset[static_cast<unsigned>(K)],
      *pull;
};

/// Of the anchors of one direction: the slope of a pair by its product is `negative` (of a positive: `positive`) times
/// 2^(similarity times - offset), for each of K sums, and a positive's has `pull` added. Padded to whole tiles.
template <class T, int K>
struct moment_slopes {
  static constexpr auto sums = static_cast<unsigned>(K);
  scratch<T> negative[sums], positive[sums], offset[sums];  // (N)
  scratch<T> pull;                                          // (N)
  scratch<std::int32_t> single;  // (N): the anchor's only positive, whose pair is weighed on its own; -1: none, or many
  bool tells_positives = false;  // some positive is weighed otherwise than a negative
  bool loses_digits = false;     // numbers are so small or large that their products with exponentials lose digits

  moment_slopes(index_t anchors, workspace* memory)
      : pull(memory, padded(anchors)), single(memory, padded(anchors), std::int32_t{-1}) {
    for (auto* numbers : {negative, positive, offset})
      for (int k = 0; k < K; ++k) numbers[k] = scratch<T>(memory, padded(anchors));
  }
  moment_slopes_view<T, K> view() const {
    moment_slopes_view<T, K> all{};
    for (int k = 0; k < K; ++k)
      all.negative[k] = negative[k].data(), all.positive[k] = positive[k].data(), all.offset[k] = offset[k].data();
    all.pull = pull.data();
    return all;
  }
  static std::size_t padded(index_t count) {
    return static_cast<std::size_t>(blocks_of(count, tile_columns) * tile_columns);
  }

  template <class Problem, class Saved>
  [[gnu::noinline]] void find(const Problem& p, const Saved& saved, const moments::described_rule& rule,
                              const moments::key_groups& of_candidates, const moments::sum_lines<K>& lines,
                              measured_from from) {
    tells_positives = loses_digits = false;
    for (index_t a = 0; a < p.anchors.count(); ++a)
      if (saved.used[static_cast<std::size_t>(a)]) find_row(p, saved, rule, of_candidates, lines, from, a);
  }

 private:
  template <class Problem, class Saved>
  void find_row(const Problem& p, const Saved& saved, const moments::described_rule& rule,
                const moments::key_groups& of_candidates, const moments::sum_lines<K>& lines, measured_from from,
                index_t a) {
    const auto at = static_cast<std::size_t>(a);
    const int own = static_cast<int>(a), key = rule.key_of_anchor(own);
    const moments::positive_rows are(of_candidates, own, key, rule.candidates, rule.hides_self);
    const int number = are.number();
    if (number == 1)
      for (int m = 0; m < are.members; ++m)
        if (of_candidates.member(are.key, m) != are.without) single[at] = of_candidates.member(are.key, m);
    moments::found_row<T> row;
    row.target = number > 0 ? rule.target_of(own) : 0;
    double pulls = 0;
    for_each_position<Problem::count>([&](auto position) {
      constexpr int which = decltype(position)::value;
      using words = moments::moment_statistic<std::remove_cvref_t<decltype(get<which>(p.statistics))>>;
      const auto adjoint = static_cast<double>(saved.adjoint[a * Problem::count + which]);
      const moments::found_slope found =
          words::slope(get<which>(p.statistics), get<which>(saved.reading[at]), adjoint, row);
      pulls += found.pull;
      if constexpr (words::sums > 0) {
        constexpr int k = moments::moments_of<typename Problem::statistics_type>::template first<which>();
        set(k, at, found, lines, static_cast<double>(p.scale), number > 1, from, p.candidates.count());
      }
    });
    if (number > 1 && pulls != 0)
      pull[at] = static_cast<T>(pulls * static_cast<double>(p.scale)), tells_positives = true;
  }
  void set(int k, std::size_t at, const moments::found_slope& found, const moments::sum_lines<K>& lines, double scale,
           bool has_many, measured_from from, index_t pairs) {
    const double near_too = has_many ? found.positive : found.negative;  // of none or one no pair is weighed so
    if ((found.negative == 0 && near_too == 0) || scale == 0) return;    // of a temperature beyond T, the scale is 0
    double times = scale, above = found.offset * moments::log2_of_e - lines.plus[k];
    if (from == measured_from::one_shift) {
      const double unit = std::exp2(lines.shift[k] - above);
      loses_digits = loses_digits || !moments::is_safe_sum<T>(1 / unit, lines.shift[k], pairs);
      times *= unit, above = 0;
    } else {  // pairs are multiplied by `times` as a T, and T(above) is rounded: neither may move all weights one way
      above *= static_cast<double>(static_cast<T>(lines.times[k])) / lines.times[k];
      times *= std::exp2(static_cast<double>(static_cast<T>(above)) - above);
    }
    negative[k][at] = static_cast<T>(found.negative * times), positive[k][at] = static_cast<T>(near_too * times);
    offset[k][at] = static_cast<T>(above);
    tells_positives = tells_positives || found.negative != near_too;
    loses_digits =
        loses_digits || is_out_of_range(found.negative, negative[k][at]) || is_out_of_range(near_too, positive[k][at]);
  }
  static bool is_out_of_range(double wanted, T found) {
    constexpr T least = static_cast<T>(sizeof(T) == sizeof(float) ? 0x1p-120 : 0x1p-1000);
    const T size = found < T(0) ? -found : found;
    return wanted != 0 && !(size >= least && size <= 1 / least);  // infinite and NaN too
  }
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
