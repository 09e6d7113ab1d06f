// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The loops that turn products into weights, where these are sums of exponentials. They know no loss and no rule.

#include <mixcon/core/number/bounded_exp2.hpp>
#include <mixcon/engine/tiled/moments/slopes.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// What all tiles of a sweep have in common.
template <class T, int K>
struct moment_loops {
  static constexpr auto sums = static_cast<unsigned>(K);
  moment_slopes_view<T, K> rows, columns;
  T times[sums]{}, shift[sums]{};     // the exponent of 2 is similarity times, less the shift or the offset
  const std::int32_t* key = nullptr;  // (M), padded: of candidates
  bool tells_positives = false;       // some positive is weighed otherwise than a negative: keys are compared
  bool has_both = false;              // columns are anchors too; otherwise their numbers are 0

  /// Replaces the products of a tile by weights; whole vectors of columns, with whatever is beyond the last one.
  void weigh(measured_from from, T* entries, index_t count, index_t width, index_t first_row, index_t first_column,
             const std::int32_t* key_of_row) const {
    for_set_in_use([&](auto set) {
      run_for<decltype(set)>([&] {
        using vector = typename decltype(set)::template vector<T>;
        for (index_t r = 0; r < count; ++r) {
          T* const row = entries + r * tile_columns;
          if (from == measured_from::offset)
            weigh_row<vector, measured_from::offset, true>(row, first_row + r, key_of_row[r], width, first_column);
          else if (tells_positives)
            weigh_row<vector, measured_from::one_shift, true>(row, first_row + r, key_of_row[r], width, first_column);
          else
            weigh_row<vector, measured_from::one_shift, false>(row, first_row + r, key_of_row[r], width, first_column);
        }
      });
    });
  }

 private:
  template <class V, measured_from From, bool Tells>
  MIXCON_IN_LOOPS void weigh_row(T* entries, index_t a, std::int32_t key_of_row, index_t width, index_t first) const {
    V negative[sums], positive[sums], offset[sums];
    const V pull(rows.pull[a]);
    MIXCON_UNROLL
    for (int k = 0; k < K; ++k)
      negative[k] = V(rows.negative[k][a]), positive[k] = V(rows.positive[k][a]), offset[k] = V(rows.offset[k][a]);
    for (index_t j = 0; j < width; j += lane_count<V>()) {
      const index_t c = first + j;
      const V dot = mixcon::detail::load_as<V>(entries + j);
      mask_of<V> is_near{};
      if constexpr (Tells) is_near = mask_of<V>::equal(key + c, key_of_row);
      V weight(0);
      MIXCON_UNROLL
      for (int k = 0; k < K; ++k) {
        V mine = negative[k], its = mixcon::detail::load_as<V>(columns.negative[k] + c);
        if constexpr (Tells) {
          mine = mixcon::choose(is_near, positive[k], mine);
          its = mixcon::choose(is_near, mixcon::detail::load_as<V>(columns.positive[k] + c), its);
        }
        if constexpr (From == measured_from::one_shift) {
          weight += (mine + its) * bounded_exp2_of(dot, V(times[k]), V(shift[k]));
        } else {
          const V exponent = dot * V(times[k]);
          weight += mine * share_of(exponent - offset[k]);
          if (has_both) weight += its * share_of(exponent - mixcon::detail::load_as<V>(columns.offset[k] + c));
        }
      }
      if constexpr (Tells) weight += mixcon::choose(is_near, pull + mixcon::detail::load_as<V>(columns.pull + c), V(0));
      mixcon::detail::store_as(entries + j, without_subnormal(weight));
    }
  }
  /// 2^x of an exponent that is about 0 at most where it is of any meaning.
  template <class V>
  MIXCON_IN_LOOPS static V share_of(const V& x) {
    return bounded_exp2_of(mixcon::choose(x > V(8), V(8), x), V(1), V(0));
  }
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
