// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Kinds of plan whose entries come from other places, or from nowhere: resized, filled, moved block by block or token
// by token.

#include <mixcon/gpu/mixing/shared_kinds.cuh>

#include <mixcon/mix/kinds/filled_boxes.hpp>
#include <mixcon/mix/kinds/resized_boxes.hpp>
#include <mixcon/mix/kinds/transported_blocks.hpp>
#include <mixcon/mix/kinds/transported_tokens.hpp>

namespace mixcon::gpu {

template <>
struct device_kind<filled_boxes> {
  static constexpr bool moves = true;
  by_sample<box> boxes;
  double value;
  device_kind(const mix_plan<filled_boxes>& plan, const axes<4>&, std::vector<double>&)
      : boxes(plan.region.boxes), value(plan.region.value) {}
  template <class F>
  void each_view(F&& f) {
    f(boxes.of);
  }
  template <class T, class Own, class Partner>
  MIXCON_HD T mixed(index_t i, const place& at, const Own& own, const Partner&) const {
    return is_inside(boxes[i], at) ? rounded_to<T>(static_cast<mixing_number<T>>(value)) : own(at);
  }
  template <class T, class From>
  MIXCON_HD T pulled(T sum, index_t i, index_t source, const place& at, const From& from) const {
    if (source == 0 && !is_inside(boxes[i], at)) add_share<T>(sum, 1, from(at));
    return sum;
  }
};

template <>
struct device_kind<resized_boxes> {
  static constexpr bool moves = true;
  by_sample<box> boxes, sources;  // no sources: all of the partner
  interpolation how;
  index_t rows, columns;
  device_kind(const mix_plan<resized_boxes>& plan, const axes<4>& extents, std::vector<double>&)
      : boxes(plan.region.boxes),
        sources(plan.region.sources),
        how(plan.region.how),
        rows(extents[2]),
        columns(extents[3]) {}
  template <class F>
  void each_view(F&& f) {
    f(boxes.of), f(sources.of);
  }
  template <class T, class Own, class Partner>
  MIXCON_HD T mixed(index_t i, const place& at, const Own& own, const Partner& partner) const {
    using number = mixing_number<T>;
    const box b = boxes[i], s = source_of(i);
    if (!is_inside(b, at)) return own(at);
    const auto down = tap_at(s.bottom - s.top, b.bottom - b.top, at.row - b.top);
    const auto across = tap_at(s.right - s.left, b.right - b.left, at.column - b.left);
    const auto pixel = [&](index_t row, index_t column) {
      return partner(place{at.channel, static_cast<int>(s.top + row), static_cast<int>(s.left + column)});
    };
    if (how == interpolation::nearest) return pixel(down.low, across.low);
    const number beside = static_cast<number>(across.above), below = static_cast<number>(down.above);
    const auto line = [&](index_t row) {
      return product_of(1 - beside, number_of(pixel(row, across.low))) +
             product_of(beside, number_of(pixel(row, across.high)));
    };
    return rounded_to<T>(product_of(1 - below, line(down.low)) + product_of(below, line(down.high)));
  }
  /// In the order in which the host goes through the pixels of the box.
  template <class T, class From>
  MIXCON_HD T pulled(T sum, index_t i, index_t source, const place& at, const From& from) const {
    const box b = boxes[i], s = source_of(i);
    if (source == 0) {
      if (!is_inside(b, at)) add_share<T>(sum, 1, from(at));
      return sum;
    }
    if (!is_inside(s, at) || b.bottom == b.top || b.right == b.left) return sum;
    const index_t row = at.row - s.top, column = at.column - s.left;
    const index_t in_rows = s.bottom - s.top, in_columns = s.right - s.left;
    const index_t out_rows = b.bottom - b.top, out_columns = b.right - b.left;
    const index_t first_row = first_from(in_rows, out_rows, row - 1);
    const index_t first_column = first_from(in_columns, out_columns, column - 1);
    for (index_t y = first_row; y < out_rows; ++y) {
      const auto down = tap_at(in_rows, out_rows, y);
      if (down.low > row) break;
      for (index_t x = first_column; x < out_columns; ++x) {
        const auto across = tap_at(in_columns, out_columns, x);
        if (across.low > column) break;
        const T up = from(place{at.channel, static_cast<int>(b.top + y), static_cast<int>(b.left + x)});
        const auto add = [&](bool here, double share) {
          if (here) add_share<T>(sum, static_cast<mixing_number<T>>(share), up);
        };
        const bool low = down.low == row, high = down.high == row;
        const bool left = across.low == column, right = across.high == column;
        const double above = 1 - down.above, before = 1 - across.above;
        add(low && left, product_of(above, before));
        add(low && right, product_of(above, across.above));
        add(high && left, product_of(down.above, before));
        add(high && right, product_of(down.above, across.above));
      }
    }
    return sum;
  }

 private:
  MIXCON_HD box source_of(index_t i) const { return sources.of ? sources[i] : box{0, rows, 0, columns}; }
  MIXCON_HD mixcon::detail::tap tap_at(index_t in, index_t out, index_t k) const {
    return mixcon::detail::tap_at(how, in, out, k);
  }
  /// The first of `out` resized pixels that is read at pixel `low` or beyond; they are in order.
  MIXCON_HD index_t first_from(index_t in, index_t out, index_t low) const {
    index_t begin = 0, end = out;
    while (begin < end) {
      const index_t middle = (begin + end) / 2;
      if (tap_at(in, out, middle).low < low)
        begin = middle + 1;
      else
        end = middle;
    }
    return begin;
  }
};

template <>
struct device_kind<transported_blocks> {
  static constexpr bool moves = true;
  index_t blocks, rows, columns;  // a side; of a block
  vector_view<const double> mask;
  vector_view<const index_t> own_source, partner_source;
  device_kind(const mix_plan<transported_blocks>& plan, const axes<4>& extents, std::vector<double>&)
      : blocks(plan.region.blocks),
        rows(extents[2] / blocks),
        columns(extents[3] / blocks),
        mask(mixcon::view(plan.region.mask)),
        own_source(mixcon::view(plan.region.own_source)),
        partner_source(mixcon::view(plan.region.partner_source)) {}
  template <class F>
  void each_view(F&& f) {
    f(mask), f(own_source), f(partner_source);
  }
  template <class T, class Own, class Partner>
  MIXCON_HD T mixed(index_t i, const place& at, const Own& own, const Partner& partner) const {
    const index_t block = block_of(at);
    const auto by = shares_by<mixing_number<T>>(share(i, block));
    if (by.partner == 0) return own(moved(at, source(own_source, i, block)));
    if (by.own == 0) return partner(moved(at, source(partner_source, i, block)));
    return between<T>(by, own(moved(at, source(own_source, i, block))),
                      partner(moved(at, source(partner_source, i, block))));
  }
  template <class T, class From>
  MIXCON_HD T pulled(T sum, index_t i, index_t which, const place& at, const From& from) const {
    const index_t here = block_of(at);
    const vector_view<const index_t>& list = which == 0 ? own_source : partner_source;
    for (index_t block = 0; block < blocks * blocks; ++block) {
      if (source(list, i, block) != here) continue;
      const double by = which == 0 ? share(i, block) : 1 - share(i, block);
      if (by != 0) add_share<T>(sum, static_cast<mixing_number<T>>(by), from(moved(at, block)));
    }
    return sum;
  }

 private:
  MIXCON_HD index_t block_of(const place& at) const { return at.row / rows * blocks + at.column / columns; }
  /// The same place in another block.
  MIXCON_HD place moved(const place& at, index_t block) const {
    return {at.channel, static_cast<int>(block / blocks * rows + at.row % rows),
            static_cast<int>(block % blocks * columns + at.column % columns)};
  }
  MIXCON_HD double share(index_t i, index_t block) const { return mask ? mask[i * blocks * blocks + block] : 1.0; }
  MIXCON_HD index_t source(const vector_view<const index_t>& list, index_t i, index_t block) const {
    return list ? list[i * blocks * blocks + block] : block;
  }
};

template <>
struct device_kind<transported_tokens> {
  static constexpr bool moves = true, channels_first = true;
  by_sample<double> lambda;
  vector_view<const double> assignment;
  index_t tokens;
  int width;  // tokens of a row
  bool onto_own;
  device_kind(const mix_plan<transported_tokens>& plan, const axes<4>& extents, std::vector<double>&)
      : lambda(plan.lambda),
        assignment(mixcon::view(plan.region.assignment)),
        tokens(plan.region.tokens),
        width(static_cast<int>(extents[3])),
        onto_own(!plan.region.moves_own) {}
  template <class F>
  void each_view(F&& f) {
    f(lambda.of), f(assignment);
  }
  template <class T, class Own, class Partner>
  MIXCON_HD T mixed(index_t i, const place& at, const Own& own, const Partner& partner) const {
    using number = mixing_number<T>;
    const auto by = shares_by<number>(lambda[i]);
    const number moved_weight = onto_own ? by.partner : by.own, kept_weight = onto_own ? by.own : by.partner;
    if (moved_weight == 0) return onto_own ? own(at) : partner(at);
    const number beside =
        kept_weight == 0 ? number(0) : product_of(kept_weight, number_of(onto_own ? own(at) : partner(at)));
    const number moved = onto_own ? sum_of_tokens<T>(i, at, true, partner) : sum_of_tokens<T>(i, at, false, own);
    return rounded_to<T>(product_of(moved_weight, moved) + beside);
  }
  template <class T, class From>
  MIXCON_HD T pulled(T sum, index_t i, index_t source, const place& at, const From& from) const {
    using number = mixing_number<T>;
    const double weight = source == 0 ? lambda[i] : 1 - lambda[i];
    if (weight == 0) return sum;
    if ((source == 0) == onto_own) {
      add_share<T>(sum, static_cast<number>(weight), from(at));
      return sum;
    }
    const number moved = sum_of_tokens<T>(i, at, !onto_own, from);
    return rounded_to<T>(number_of(sum) + product_of(static_cast<number>(weight), moved));
  }

 private:
  /// The sum over tokens, each times its share of this one: `by_row` of the assignment, or by column.
  template <class T, class From>
  MIXCON_HD mixing_number<T> sum_of_tokens(index_t i, const place& at, bool by_row, const From& from) const {
    const index_t here = at.row * width + at.column;
    mixing_number<T> sum{};
    for (index_t other = 0; other < tokens; ++other) {
      const index_t entry = by_row ? here * tokens + other : other * tokens + here;
      const place there{at.channel, static_cast<int>(other) / width, static_cast<int>(other) % width};
      sum += product_of(static_cast<mixing_number<T>>(assignment[i * tokens * tokens + entry]), number_of(from(there)));
    }
    return sum;
  }
};

}  // namespace mixcon::gpu
