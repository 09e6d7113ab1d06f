// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Chooses semi-hard negatives: farther than the positive, by less than a margin.

#include <mixcon/core/workspace.hpp>
#include <mixcon/engine/call/pair_distance.hpp>
#include <mixcon/mix/draw/draws.hpp>
#include <mixcon/negatives/search/top_k.hpp>
#include <mixcon/negatives/search_executor.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Which negative of the band is taken: the one closest to the anchor, or one at random.
enum class band_choice { closest, random };
/// What an anchor without a negative in its band gets: the farthest negative, or an empty slot.
enum class band_fallback { farthest, drop };

/// One semi-hard negative for each pair of an anchor and its positive: farther than the positive, by less than the
/// margin, d(a, p) < d(a, n) < d(a, p) + margin, both strict. Schroff et al. 2015 (FaceNet), arXiv:1503.03832.
///
///   const auto list = semi_hard{.margin = 0.2, .admissible = other_classes}(tiled{}, z, positives, keys, ids, draws);
///
/// Distances are Euclidean, of rows as given. Of equal distances the lower position is taken. Memory O((N + M) D).
struct semi_hard {
  double margin = 0.2;  // >= 0, in units of distance
  band_choice choice = band_choice::closest;
  band_fallback fallback = band_fallback::farthest;
  admissible_keys admissible{};

  /// Anchors and positives (N, D), keys (M, D); `anchor_id` (N) are global ids, which name random choices.
  template <detail::SearchExecutor Executor, detail::GivenTensor<2> Anchors, detail::GivenTensor<2> Positives,
            detail::GivenTensor<2> Keys, Draws D>
  negative_list operator()(const Executor& executor, const Anchors& anchors, const Positives& positives,
                           const Keys& keys, const integer_view& anchor_id, const D& draws) const {
    negative_list list;
    draw_again(list, executor, anchors, positives, keys, anchor_id, draws);
    return list;
  }
  /// The same into a list of before: with a workspace, nothing is allocated for as many anchors and keys.
  template <detail::SearchExecutor Executor, detail::GivenTensor<2> Anchors, detail::GivenTensor<2> Positives,
            detail::GivenTensor<2> Keys, Draws D>
  void draw_again(negative_list& list, const Executor& executor, const Anchors& anchors, const Positives& positives,
                  const Keys& keys, const integer_view& anchor_id, const D& draws,
                  const in_workspace& memory = in_workspace::none()) const {
    const auto a = detail::rows_as_read(anchors, rows::as_given, memory.memory),
               p = detail::rows_as_read(positives, rows::as_given, memory.memory),
               c = detail::rows_as_read(keys, rows::as_given, memory.memory);
    using T = std::remove_cvref_t<decltype(*a.row(0))>;
    MIXCON_REQUIRE(a.count() >= 1 && p.count() == a.count() && c.count() >= 1 && p.width() == a.width() &&
                       c.width() == a.width() && anchor_id.size() == a.count(),
                   "semi_hard: ", a.count(), " anchors of width ", a.width(), ", ", p.count(), " positives, ",
                   c.count(), " keys and ", anchor_id.size(), " ids; expected one positive and id each, and one width");
    MIXCON_REQUIRE(margin >= 0 && margin - margin == 0, "semi_hard: margin is ", margin,
                   "; expected a finite number >= 0");
    (admissible.check)("semi_hard", a.count(), c.count());
    const D own = draws.within("semi_hard");
    list.empty_all(a.count(), 1);
    detail::for_each_row(executor, a.count(), [&](index_t i, auto) {
      const auto distance = [&](const T* x, const T* y) {
        return static_cast<T>(detail::distance_of(x, y, a.width()));
      };
      const T nearest = distance(a.row(i), p.row(i)), most = nearest + static_cast<T>(margin);
      index_t closest = negative_list::none, farthest = negative_list::none;
      T closest_order{}, farthest_distance{};
      for (index_t j = 0; j < c.count(); ++j) {
        if (!admissible(i, j)) continue;
        const T d = distance(a.row(i), c.row(j));
        MIXCON_REQUIRE(!is_nan(d) && !is_nan(nearest), "semi_hard: a distance of anchor ", i,
                       " is NaN; expected finite rows");
        if (farthest < 0 || d > farthest_distance) farthest = j, farthest_distance = d;
        if (!(d > nearest && d < most)) continue;
        const T order = choice == band_choice::closest
                            ? d
                            : static_cast<T>(own.uniform(field("key").on_try(j), anchor_id[i], 0, 1));
        if (closest < 0 || order < closest_order) closest = j, closest_order = order;
      }
      const index_t chosen = closest >= 0 || fallback == band_fallback::drop ? closest : farthest;
      if (chosen >= 0) list.put(i, 0, chosen);
    });
  }
  template <class First, class... More>
  requires(!detail::SearchExecutor<First>)
  negative_list operator()(const First&, const More&...) const {
    static_assert(detail::SearchExecutor<First>,
                  "mixcon: semi_hard is called as semi_hard{...}(engine, anchors, positives, keys, anchor_id, draws), "
                  "the engine being tiled{} or serial{}");
    return {0, 0};
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
