// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The softmax of a square of logits over its rows and over its columns, whose positives are the diagonal: one
// exponential an entry for both, and the slopes in the logits' place.

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/engine/call/softmax_rows.hpp>
#include <mixcon/engine/tiled/moments/tile.hpp>
#include <mixcon/engine/tiled/team.hpp>
#include <mixcon/engine/tiled/tile.hpp>

#include <cmath>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Rows in blocks, whose sums over columns are added up in their order.
template <class For, class T>
class square_softmax_passes {
  using V = typename For::template vector<T>;
  using wide = mixcon::detail::wide_t<T>;
  static constexpr index_t width = lane_count<V>(), block_rows = 64, strip = 32 * width;

 public:
  square_softmax_passes(mixcon::detail::team& threads, mixcon::detail::square_softmax<T>& of)
      : threads_(threads),
        of_(of),
        blocks_(blocks_of(of.count, block_rows)),
        columns_(mixcon::detail::packed_rows<T>::pitch_of(of.count)),
        tops_(scratch<T>::unset(of.memory, static_cast<std::size_t>(blocks_))),
        own_(scratch<T>::unset(of.memory, static_cast<std::size_t>(of.count))),
        bias_(of.memory, static_cast<std::size_t>(columns_)),
        row_sums_(scratch<wide>::unset(of.memory, static_cast<std::size_t>(of.count))),
        by_row_(of.memory, static_cast<std::size_t>(of.count)),
        by_column_(of.memory, static_cast<std::size_t>(columns_)),
        on_diagonal_(of.memory, static_cast<std::size_t>(of.count)),
        block_sums_(of.memory, static_cast<std::size_t>(blocks_ * columns_)) {
    for (index_t j = 0; of.bias != nullptr && j < of.count; ++j) bias_[static_cast<std::size_t>(j)] = of.bias[j];
  }

  /// Answers false where one shift does not do for all, or logits are not finite: then nothing of it counts.
  bool run() {
    each_block([&](index_t block) { find_top(block); });
    top_ = tops_[0];
    for (const T top : tops_) top_ = top <= top_ ? top_ : top;
    if (top_ - top_ != T(0)) return false;
    each_block([&](index_t block) { take_exponentials(block); });
    if (!evaluate()) return false;
    if (!of_.wants_slopes) return true;
    each_block([&](index_t block) { set_slopes(block); });
    for (index_t j = 0; of_.column_slopes != nullptr && j < of_.count; ++j)
      of_.column_slopes[j] = static_cast<T>(sum_of_column(j));
    return true;
  }

 private:
  template <class Visit>
  void each_block(const Visit& visit) {
    threads_.run(blocks_, [&](index_t block) { run_for<For>([&]() MIXCON_IN_LOOPS { visit(block); }); });
  }
  index_t end_of(index_t block) const {
    return (block + 1) * block_rows < of_.count ? (block + 1) * block_rows : of_.count;
  }
  T* row(index_t i) const { return of_.logits + i * of_.pitch; }
  T* sums_of(index_t block) { return block_sums_.data() + block * columns_; }

  /// Adds the bias; the largest logit of a block, NaN where one is not finite.
  MIXCON_IN_LOOPS void find_top(index_t block) {
    using mixcon::detail::load_as;
    V tops(minus_infinity<T>()), odd(0);
    for (index_t i = block * block_rows; i < end_of(block); ++i) {
      T* const x = row(i);
      for (index_t j = of_.count; j < columns_; ++j) x[j] = x[0] + bias_[0];
      for (index_t j = 0; j < columns_; j += width) {
        const V some = load_as<V>(x + j) + load_as<V>(bias_.data() + j);
        mixcon::detail::store_as(x + j, some);
        tops = mixcon::choose(some > tops, some, tops);
        odd += some * V(0);
      }
    }
    tops_[static_cast<std::size_t>(block)] = top_of(tops) + sum_by_halves(odd);
  }
  /// Exponentials of what is off the diagonal, in the logits' place, and their sums over rows and columns.
  MIXCON_IN_LOOPS void take_exponentials(index_t block) {
    using mixcon::detail::load_as, mixcon::detail::store_as;
    T* const by_column = sums_of(block);
    const V top(top_);
    for (index_t i = block * block_rows; i < end_of(block); ++i) {
      T* const x = row(i);
      own_[static_cast<std::size_t>(i)] = x[i];
      x[i] = minus_infinity<T>();
      for (index_t j = of_.count; j < columns_; ++j) x[j] = minus_infinity<T>();
      wide sum = 0;
      for (index_t first = 0; first < columns_; first += strip) {
        V part(0);
        for (index_t j = first; j < columns_ && j < first + strip; j += width) {
          const V e = exp_of_at_most_0(load_as<V>(x + j) - top);
          store_as(x + j, e);
          part += e;
          store_as(by_column + j, load_as<V>(by_column + j) + e);
        }
        sum += static_cast<wide>(sum_by_halves(part));
      }
      row_sums_[static_cast<std::size_t>(i)] = sum;
    }
  }
  wide sum_of_column(index_t j) {
    wide sum = 0;
    for (index_t block = 0; block < blocks_; ++block) sum += static_cast<wide>(sums_of(block)[j]);
    return sum;
  }

  /// What a row or a column comes to, given the sum of its negatives and its positive, less the shift.
  struct line {
    wide value, share, own_slope;
    line(wide others, wide own) {
      const wide e = std::exp(own), sum = others + e;
      value = e > others ? std::log1p(others / e) : std::log(others) - own + std::log1p(e / others);
      share = 1 / sum, own_slope = -others / sum;
    }
  };
  bool evaluate() {
    const wide least = static_cast<wide>(of_.count) * static_cast<wide>(sizeof(T) == 4 ? 0x1p-100 : 0x1p-900);
    mixcon::detail::ordered_sum<wide> value;
    const wide mean = 1 / static_cast<wide>(of_.count);
    for (index_t i = 0; i < of_.count; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const wide own = static_cast<wide>(own_[at]) - static_cast<wide>(top_);
      const auto add = [&](double weight, wide others, T& to) {
        if (weight == 0) return true;
        if (!(others >= least)) return false;
        const line of(others, own);
        const wide factor = static_cast<wide>(weight) * mean;
        value.add(factor * of.value);
        to = static_cast<T>(factor * of.share);
        on_diagonal_[at] += static_cast<T>(factor * of.own_slope);
        return true;
      };
      if (!add(of_.by_rows, row_sums_[at], by_row_[at]) || !add(of_.by_columns, sum_of_column(i), by_column_[at]))
        return false;
    }
    of_.value = static_cast<double>(value.value());
    return of_.value - of_.value == 0;
  }

  MIXCON_IN_LOOPS void set_slopes(index_t block) {
    using mixcon::detail::load_as, mixcon::detail::store_as;
    T* const by_column = sums_of(block);
    for (index_t j = 0; j < columns_; ++j) by_column[j] = 0;
    for (index_t i = block * block_rows; i < end_of(block); ++i) {
      T* const x = row(i);
      const V mine(by_row_[static_cast<std::size_t>(i)]);
      const T own = on_diagonal_[static_cast<std::size_t>(i)];
      for (index_t j = 0; j < columns_; j += width) {
        const V slope = load_as<V>(x + j) * (mine + load_as<V>(by_column_.data() + j));
        store_as(x + j, slope);
        store_as(by_column + j, load_as<V>(by_column + j) + slope);
      }
      x[i] = own, by_column[i] += own;
    }
  }

  mixcon::detail::team& threads_;
  mixcon::detail::square_softmax<T>& of_;
  index_t blocks_, columns_;
  T top_ = 0;
  scratch<T> tops_, own_, bias_;
  scratch<wide> row_sums_;
  scratch<T> by_row_, by_column_, on_diagonal_, block_sums_;
};

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
