// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Draws negatives so that all distances from the anchor are covered evenly.

#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/call/pair_distance.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/negatives/search/top_k.hpp>
#include <mixcon/negatives/search_executor.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// m negatives for each anchor, drawn so that distances are covered evenly: a negative at distance d has weight 1 /
/// q(d),
///   log q(d) = (D - 2) log d + (D - 3) / 2 log(1 - d^2 / 4),
/// how often random points of the unit sphere are that far apart. Distances below `least` count as `least`; negatives
/// beyond `most` are never drawn. Wu et al. 2017, arXiv:1706.07567. Rows are made unit rows; D >= 3.
struct distance_weighted {
  index_t draws_of_each = 1;  // m, without replacement
  double least = 0.5, most = 1.4;
  admissible_keys admissible{};

  template <detail::SearchExecutor Executor, detail::GivenTensor<2> Anchors, detail::GivenTensor<2> Keys, Draws D>
  negative_list operator()(const Executor& executor, const Anchors& anchors, const Keys& keys,
                           const integer_view& anchor_id, const D& draws) const {
    negative_list list;
    draw_again(list, executor, anchors, keys, anchor_id, draws);
    return list;
  }
  /// The same into a list of before: with a workspace, nothing is allocated for as many anchors and keys. On several
  /// threads the workspace settles after a few calls.
  template <detail::SearchExecutor Executor, detail::GivenTensor<2> Anchors, detail::GivenTensor<2> Keys, Draws D>
  void draw_again(negative_list& list, const Executor& executor, const Anchors& anchors, const Keys& keys,
                  const integer_view& anchor_id, const D& draws,
                  const in_workspace& memory = in_workspace::none()) const {
    using std::log, std::sqrt;
    const auto a = detail::rows_as_read(anchors, rows::unit, memory.memory),
               c = detail::rows_as_read(keys, rows::unit, memory.memory);
    MIXCON_REQUIRE(
        a.count() >= 1 && c.count() >= 1 && c.width() == a.width() && a.width() >= 3 && anchor_id.size() == a.count(),
        "distance_weighted: ", a.count(), " anchors of width ", a.width(), ", ", c.count(), " keys of width ",
        c.width(), " and ", anchor_id.size(), " ids; expected one id each, and one width of at least 3");
    MIXCON_REQUIRE(draws_of_each >= 1 && least > 0 && most > least && most < 2, "distance_weighted: ", draws_of_each,
                   " draws between distances ", least, " and ", most,
                   "; expected at least 1, and 0 < least < most < 2");
    (admissible.check)("distance_weighted", a.count(), c.count());
    const D own = draws.within("distance_weighted");
    const double width = static_cast<double>(a.width());
    list.empty_all(a.count(), draws_of_each);
    detail::for_each_row(executor, a.count(), [&](index_t i, auto) {
      detail::best_keys<double> best(draws_of_each, memory.memory);
      for (index_t j = 0; j < c.count(); ++j) {
        if (!admissible(i, j)) continue;
        const double squared = 2 - 2 * static_cast<double>(a.dot(a.row(i), c.row(j)));
        MIXCON_REQUIRE(!is_nan(squared), "distance_weighted: the distance of anchor ", i, " and key ", j,
                       " is NaN; expected finite rows");
        const double apart = squared > 0.25 ? sqrt(squared)  // of nearer rows the product says too little
                                            : static_cast<double>(detail::distance_of(a.row(i), c.row(j), a.width()));
        const double distance = apart > least ? apart : least;
        if (distance > most) continue;
        const double log_weight = -(width - 2) * log(distance) - (width - 3) / 2 * log(1 - distance * distance / 4);
        const double noise = own.uniform(field("noise").on_try(j), anchor_id[i], 0, 1);
        const double order = log_weight - log(-log(noise + 0x1p-54));
        if (best.may_enter(order)) best.add(order, j);
      }
      index_t slot = 0;
      for (const auto& entry : best.ranked()) list.put(i, slot++, entry.key);
    });
  }
  template <class First, class... More>
  requires(!detail::SearchExecutor<First>)
  negative_list operator()(const First&, const More&...) const {
    static_assert(detail::SearchExecutor<First>,
                  "mixcon: distance_weighted is called as distance_weighted{...}(engine, anchors, keys, anchor_id, "
                  "draws), the engine being tiled{} or serial{}");
    return {0, 0};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
