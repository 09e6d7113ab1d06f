// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// How `tiled` takes the softmax cross entropy of given logits: value and gradient at once, a few rows at a time, with
// one exponential an entry, which waits in the gradient's place for its row's sum.

#include <mixcon/core/number/lane_loops.hpp>
#include <mixcon/engine/call/softmax_rows.hpp>
#include <mixcon/engine/tiled/given_rows.hpp>
#include <mixcon/engine/tiled/moments/tile.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {
inline namespace MIXCON_INSTRUCTION_SET {
namespace tiles {

/// Some rows of a softmax, at most as many as V has lanes.
template <class V, bool IsSoft>
class softmax_group {
  using T = scalar_of<V>;
  using wide = mixcon::detail::wide_t<T>;
  using rows_type = mixcon::detail::softmax_rows<T>;
  static constexpr index_t width = lane_count<V>();
  static constexpr auto room = static_cast<unsigned>(width);

 public:
  static constexpr index_t few_classes = 32;  // up to so many, lanes are rows; beyond, classes
  static constexpr index_t most_rows = width;

  MIXCON_IN_LOOPS softmax_group(const rows_type& rows, index_t first, index_t count)
      : of_(rows), first_(first), count_(count) {}

  /// Answers false where a row is not finite: then others have to look at all rows.
  MIXCON_IN_LOOPS bool run() {
    for (index_t r = 0; r < width; ++r) sum_[r] = 1, rest_[r] = attraction_[r] = mass_[r] = positives_[r] = 0;
    if (of_.classes <= few_classes) {
      take_lanes_of_rows();
    } else {
      for (index_t r = 0; r < count_; ++r) take_row(r);
      if (!evaluate()) return false;
      for (index_t r = 0; r < count_; ++r) slope_of_row(r);
    }
    return is_finite_;
  }

 private:
  static constexpr index_t strip = 32 * width;  // entries whose sum is of T; sums of these are wide

  const T* logits(index_t r) const { return &of_.logits(first_ + r, 0); }
  const T* targets(index_t r) const { return &of_.targets(first_ + r, 0); }
  T* slopes(index_t r) const { return &of_.slopes(first_ + r, 0); }

  /// A row, classes on lanes: exponentials to the gradient's place, and the row's sums.
  MIXCON_IN_LOOPS void take_row(index_t r) {
    using mixcon::detail::load_as, mixcon::detail::store_as;
    const T *const logit = logits(r), *const target = IsSoft ? targets(r) : nullptr;
    T* const to = slopes(r);
    const V scale(of_.scale);
    V tops = load_as<V>(logit);
    for_each_vector<V>(of_.classes, [&](index_t c, auto) {
      const V x = load_as<V>(logit + c);
      tops = mixcon::choose(x > tops, x, tops);
    });
    const T top = top_of(tops);
    wide sum = 0, attraction = 0, mass = 0;
    V number(0);
    for (index_t begin = 0; begin < of_.classes; begin += strip) {
      const index_t size = of_.classes - begin < strip ? of_.classes - begin : strip;
      V part(0), pulled(0), weight(0);
      const auto add = [&](index_t c, int stale) MIXCON_IN_LOOPS {
        const V above = (load_as<V>(logit + c) - V(top)) * scale;
        V e = exp_of_at_most_0(above);
        store_as(to + c, e);
        V t = IsSoft ? load_as<V>(target + c) : V(0);
        if (stale > 0) {
          const mask_of<V> fresh = fresh_lanes<V>(stale);
          e = mixcon::choose(fresh, e, V(0));
          if constexpr (IsSoft) t = mixcon::choose(fresh, t, V(0));
        }
        part += e;
        pulled += t * above;  // NaN where a logit is not finite
        if constexpr (IsSoft) weight += t, number += mixcon::choose(t == V(0), V(0), V(1));
      };
      index_t c = begin;
      for (; c + width <= begin + size; c += width) add(c, 0);
      if (c < begin + size) add(begin + size - width, static_cast<int>(c - (begin + size - width)));
      sum += static_cast<wide>(sum_by_halves(part)), attraction += static_cast<wide>(sum_by_halves(pulled));
      if constexpr (IsSoft) mass += static_cast<wide>(sum_by_halves(weight));
    }
    sum_[r] = static_cast<T>(sum), rest_[r] = static_cast<T>(sum - 1);
    if (sum < 2) rest_[r] = rest_of_row(to);
    if constexpr (IsSoft) {
      attraction_[r] = static_cast<T>(attraction), mass_[r] = static_cast<T>(mass);
      positives_[r] = sum_by_halves(number);
    } else {
      see_label(r, static_cast<T>(attraction), top);
    }
  }
  /// The sum of a row without its largest entry, whose exponential is 1: there is one such entry where the sum is
  /// below 2.
  MIXCON_IN_LOOPS T rest_of_row(const T* exponentials) const {
    V part(0);
    wide sum = 0;
    for_each_vector<V>(of_.classes, [&](index_t c, int stale) MIXCON_IN_LOOPS {
      V e = mixcon::detail::load_as<V>(exponentials + c);
      e = mixcon::choose(e < V(1), e, V(0));
      if (stale > 0) e = mixcon::choose(fresh_lanes<V>(stale), e, V(0));
      part += e;
    });
    sum = static_cast<wide>(sum_by_halves(part));
    return static_cast<T>(sum);
  }
  /// The only positive of a row with a label; `odd` is 0, or NaN.
  MIXCON_IN_LOOPS void see_label(index_t r, T odd, T top) {
    const std::int32_t label = of_.label[first_ + r];
    mass_[r] = positives_[r] = label < 0 ? T(0) : T(1);
    attraction_[r] = odd + (label < 0 ? T(0) : (logits(r)[label] - top) * of_.scale);
  }

  /// The rows' formulas, a row a lane; false where one is not finite.
  MIXCON_IN_LOOPS bool evaluate() {
    using mixcon::detail::load_as, mixcon::detail::store_as;
    const V mass = load_as<V>(mass_), value = mass * log1p_of(load_as<V>(rest_)) - load_as<V>(attraction_);
    const V slope = V(of_.factor * of_.scale), share = slope * mass / load_as<V>(sum_);
    store_as(value_, value), store_as(share_, share);
    is_finite_ = (value - value == V(0)).all();
    for (index_t r = 0; r < count_; ++r) {
      of_.value[first_ + r] = value_[r];
      of_.has_positive[first_ + r] = positives_[r] > 0 ? 1 : 0;
    }
    return is_finite_;
  }
  /// d value / d logit of a row's only positive, whose exponential is e: less 1, as far as the others count.
  MIXCON_IN_LOOPS T slope_of_only(index_t r, T e) const {
    const T others = e == T(1) && sum_[r] < T(2) ? rest_[r] : T(1) + (rest_[r] - e);
    return T(0) - of_.factor * of_.scale * mass_[r] * (others / sum_[r]);
  }
  /// Which class the only positive of a row is, and -1 where there are more or none.
  MIXCON_IN_LOOPS index_t only_positive(index_t r) const {
    if constexpr (!IsSoft) return of_.label[first_ + r];
    if (positives_[r] != T(1)) return -1;
    const T* const target = targets(r);
    index_t c = 0;
    while (target[c] == T(0)) ++c;
    return c;
  }
  MIXCON_IN_LOOPS void slope_of_row(index_t r) {
    using mixcon::detail::load_as, mixcon::detail::store_as;
    T* const to = slopes(r);
    const T* const target = IsSoft ? targets(r) : nullptr;
    const V share(share_[r]), pull(of_.factor * of_.scale);
    const index_t only = only_positive(r);
    const T of_only = only >= 0 ? slope_of_only(r, to[only]) : T(0);
    for_each_vector<V>(of_.classes, [&](index_t c, int stale) MIXCON_IN_LOOPS {
      const V e = load_as<V>(to + c);
      V slope = e * share;
      if constexpr (IsSoft) slope -= load_as<V>(target + c) * pull;
      store_as(to + c, stale > 0 ? mixcon::choose(fresh_lanes<V>(stale), slope, e) : slope);
    });
    if (only >= 0) to[only] = of_only;
  }

  /// Few classes, a row a lane: entries are turned on the way.
  MIXCON_IN_LOOPS void take_lanes_of_rows() {
    using mixcon::detail::load_as, mixcon::detail::store_as;
    const index_t classes = of_.classes;
    for (index_t r = 0; r < width; ++r) {
      const index_t from = r < count_ ? r : count_ - 1;
      const T* const logit = logits(from);
      for (index_t c = 0; c < classes; ++c) turned_[c * width + r] = logit[c];
      if constexpr (IsSoft) {
        const T* const target = targets(from);
        for (index_t c = 0; c < classes; ++c) turned_targets_[c * width + r] = target[c];
      }
    }
    V top = load_as<V>(turned_);
    for (index_t c = 1; c < classes; ++c) {
      const V x = load_as<V>(turned_ + c * width);
      top = mixcon::choose(x > top, x, top);
    }
    V rest(0), tops(0), attraction(0), mass(0), number(0);
    for (index_t c = 0; c < classes; ++c) {
      const V above = (load_as<V>(turned_ + c * width) - top) * V(of_.scale), e = exp_of_at_most_0(above);
      store_as(turned_ + c * width, e);
      const mask_of<V> below = e < V(1);
      rest += mixcon::choose(below, e, V(0)), tops += mixcon::choose(below, V(0), V(1));
      const V t = IsSoft ? load_as<V>(turned_targets_ + c * width) : V(0);
      attraction += t * above;
      if constexpr (IsSoft) mass += t, number += mixcon::choose(t == V(0), V(0), V(1));
    }
    store_as(rest_, rest + (tops - V(1))), store_as(sum_, rest + tops);
    store_as(attraction_, attraction), store_as(mass_, mass), store_as(positives_, number);
    if constexpr (!IsSoft) {
      alignas(64) T tops_of_rows[room];
      store_as(tops_of_rows, top);
      for (index_t r = 0; r < width; ++r) {
        if (r < count_)
          see_label(r, attraction_[r], tops_of_rows[r]);
        else
          attraction_[r] = mass_[r] = positives_[r] = T(0);
      }
    }
    if (!evaluate()) return;
    alignas(64) T of_only[room];
    index_t only[room];
    for (index_t r = 0; r < count_; ++r) {
      only[r] = only_positive(r);
      if (only[r] >= 0) of_only[r] = slope_of_only(r, turned_[only[r] * width + r]);
    }
    const V share = load_as<V>(share_), pull(of_.factor * of_.scale);
    for (index_t c = 0; c < classes; ++c) {
      V slope = load_as<V>(turned_ + c * width) * share;
      if constexpr (IsSoft) slope -= load_as<V>(turned_targets_ + c * width) * pull;
      store_as(turned_ + c * width, slope);
    }
    for (index_t r = 0; r < count_; ++r) {
      T* const to = slopes(r);
      for (index_t c = 0; c < classes; ++c) to[c] = turned_[c * width + r];
      if (only[r] >= 0) to[only[r]] = of_only[r];
    }
  }

  const rows_type& of_;
  index_t first_, count_;
  bool is_finite_ = true;
  // a row each; then entries of few classes, turned: classes by rows
  alignas(64) T sum_[room], rest_[room], attraction_[room], mass_[room], positives_[room], value_[room], share_[room];
  alignas(64) T turned_[static_cast<unsigned>(few_classes) * room];
  alignas(64) T turned_targets_[IsSoft ? static_cast<unsigned>(few_classes) * room : room];
};

/// Sets values and slopes of all rows; false where some are not finite: then nothing of it counts.
template <class For, class T>
bool set_softmax_rows(mixcon::detail::team& threads, const mixcon::detail::softmax_rows<T>& rows) {
  using V = typename For::template vector<T>;
  constexpr index_t most = lane_count<V>(), entries = 8192;  // so that a group's rows stay in the cache
  const index_t fitting = entries / rows.classes, at_once = fitting < 1 ? 1 : fitting < most ? fitting : most;
  const index_t groups = blocks_of(rows.count, at_once), in_task = blocks_of(2 * entries, at_once * rows.classes);
  const index_t tasks = blocks_of(groups, in_task);
  scratch<char> are_odd(rows.memory, static_cast<std::size_t>(tasks));
  threads.run(tasks, [&](index_t task) {
    run_for<For>([&]() MIXCON_IN_LOOPS {
      for (index_t group = task * in_task; group < groups && group < (task + 1) * in_task; ++group) {
        const index_t first = group * at_once, left = rows.count - first, count = left < at_once ? left : at_once;
        const bool is_right = rows.label == nullptr ? softmax_group<V, true>(rows, first, count).run()
                                                    : softmax_group<V, false>(rows, first, count).run();
        if (!is_right) are_odd[static_cast<std::size_t>(task)] = 1;
      }
    });
  });
  for (const char is : are_odd)
    if (is != 0) return false;
  return true;
}

}  // namespace tiles
}  // namespace MIXCON_INSTRUCTION_SET
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
