// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Finds keys that are probably of the anchor's class, and targets that hide or attract them.

#include <mixcon/engine/call/pair_distance.hpp>
#include <mixcon/negatives/search/heap.hpp>
#include <mixcon/negatives/search/top_k.hpp>
#include <mixcon/negatives/search_executor.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// What becomes of keys that are taken for false negatives: they leave the denominator, or become positives too.
enum class false_negative { eliminate, attract };

/// Targets of anchors against keys where some are false negatives: the anchor's positive is its own candidate
/// (`candidates(own(positives), keys)`), the keys named by `suspected` are hidden or attract, all others are negatives.
/// When they attract, the positive and they have equal shares. The list must outlive the calls.
struct false_negative_targets {
  const negative_list* suspected = nullptr;  // of N anchors
  false_negative handling = false_negative::eliminate;

  struct rule_type {
    vector_view<const std::int32_t> sorted;  // (N * m), ascending in each row
    vector_view<const double> share;         // (N)
    index_t slots;
    bool attract;

    template <class F>
    void each_view(F&& f) {
      f(sorted), f(share);
    }
    template <class T>
    MIXCON_HD role<T> at(index_t anchor, index_t candidate) const {
      return detail::role_by_lane<T>([&](int k) -> role<double> {
        if (!named(anchor, candidate + k)) return negative_pair();
        return attract ? positive_pair(share[anchor]) : hidden_pair();
      });
    }
    template <class T>
    MIXCON_HD role<T> own(index_t anchor, index_t) const {
      return {detail::each_answer<T>([](int) { return true; }), T(1), T(share[anchor])};
    }

   private:
    MIXCON_HD bool named(index_t anchor, index_t candidate) const {
      const std::int32_t* row = sorted.data() + anchor * slots;
      index_t low = 0, high = slots;
      while (low < high) {
        const index_t middle = (low + high) / 2;
        if (row[middle] < candidate)
          low = middle + 1;
        else
          high = middle;
      }
      return low < slots && row[low] == candidate;
    }
  };
  struct bound {
    std::vector<std::int32_t> sorted;
    std::vector<double> share;
    index_t slots;
    bool attract;
    rule_type rule() const { return {mixcon::view(sorted), mixcon::view(share), slots, attract}; }
  };
  bound bind(const pair_space& space) const {
    MIXCON_REQUIRE(suspected != nullptr && suspected->anchors == space.anchors,
                   "false_negative_targets: no list for these ", space.anchors,
                   " anchors; expected one of as many, as false_negatives gives");
    MIXCON_REQUIRE(space.own == 1, "false_negative_targets: ", space.own,
                   " own candidates; expected 1, candidates(own(positives), keys)");
    (suspected->check)("false_negative_targets", space.candidates);
    bound b{suspected->key, {}, suspected->slots, handling == false_negative::attract};
    for (index_t a = 0; a < space.anchors; ++a) {
      detail::heap_sort(b.sorted.data() + a * b.slots, b.slots,
                        [](std::int32_t one, std::int32_t other) { return one < other; });
      b.share.push_back(1.0 / static_cast<double>(b.attract ? 1 + suspected->filled(a) : 1));
    }
    return b;
  }
};

/// Keys that are probably of the anchor's class: the `most` keys nearest to its support views that score at least
/// `threshold`. Huynh et al. 2020, arXiv:2011.11765 (false negative cancellation), for training without labels.
///
///   const auto suspected = false_negatives{.most = 10, .threshold = 0.7}(tiled{}, cosine{}, support, keys);
///   const false_negative_targets targets{&suspected, false_negative::attract};
///
/// `support` (N, V, D) are further views of each anchor's sample. A key's score is the largest of its similarities to
/// them, or their mean. Time O(N V M D); no scores are stored.
struct false_negatives {
  enum class score_by { largest, mean };

  index_t most = 10;
  double threshold = -1e30;  // of the score
  score_by score = score_by::largest;
  admissible_keys admissible{};
  index_t least_negatives = 0;  // refuse an anchor that would keep fewer

  template <detail::SearchExecutor Executor, class Similarity, detail::GivenTensor<3> Support,
            detail::GivenTensor<2> Keys>
  negative_list operator()(const Executor& executor, const Similarity& similarity, const Support& support,
                           const Keys& keys) const {
    const auto views = detail::view_given<3>("false_negatives", "the support", support);
    const auto c = detail::view_given<2>("false_negatives", "the keys", keys);
    const index_t anchors = views.extent(0), each = views.extent(1), count = c.extent(0);
    MIXCON_REQUIRE(anchors >= 1 && each >= 1 && count >= 1 && views.extent(2) == c.extent(1),
                   "false_negatives: support is ", views.extents(), " for keys ", c.extents(),
                   "; expected (N, V, D) with at least one view, and keys of the same width");
    MIXCON_REQUIRE(most >= 0 && !is_nan(threshold), "false_negatives: most is ", most, ", threshold ", threshold,
                   "; expected at least 0, and a number");
    (admissible.check)("false_negatives", anchors, count);
    using E = std::remove_const_t<typename std::remove_cvref_t<decltype(views)>::element>;
    using T = accumulate_t<E>;
    detail::packed_rows<T> rows_of(anchors * each, c.extent(1));
    for (index_t i = 0; i < anchors * each; ++i)
      rows_of.pack(
          i,
          vector_view<const E>{
              views.data() + i / each * views.stride(0) + i % each * views.stride(1), {c.extent(1)}, {views.stride(2)}},
          similarity.anchor_rows());
    const auto packed_keys = detail::rows_as_read(c, similarity.candidate_rows());
    negative_list found(anchors, most);
    detail::for_each_row(executor, anchors, [&](index_t a, auto) {
      if (most == 0) return;
      detail::best_keys<T> best(most);
      index_t others = 0;
      for (index_t j = 0; j < count; ++j) {
        if (!admissible(a, j)) continue;
        ++others;
        const T merged = merged_score(similarity, rows_of, a * each, each, packed_keys, j);
        MIXCON_REQUIRE(!is_nan(merged), "false_negatives: the score of anchor ", a, " and key ", j,
                       " is NaN; expected finite rows");
        if (static_cast<double>(merged) >= threshold && best.may_enter(merged)) best.add(merged, j);
      }
      index_t slot = 0;
      for (const auto& entry : best.ranked()) found.put(a, slot++, entry.key);
      MIXCON_REQUIRE(others - slot >= least_negatives, "false_negatives: anchor ", a, " would keep ", others - slot,
                     " negatives; expected at least ", least_negatives, ". Is the threshold too low?");
    });
    return found;
  }
  template <class First, class... More>
  requires(!detail::begins_by_similarity<First, More...>)
  negative_list operator()(const First&, const More&...) const {
    static_assert(detail::begins_by_similarity<First, More...>,
                  "mixcon: false_negatives is called as false_negatives{...}(engine, similarity, support, keys), the "
                  "engine being tiled{} or serial{}, the similarity cosine{} or its like");
    return {0, 0};
  }

 private:
  template <class Similarity, class T>
  T merged_score(const Similarity& similarity, const detail::packed_rows<T>& support, index_t first, index_t each,
                 const detail::packed_rows<T>& keys, index_t key) const {
    T merged = 0;
    for (index_t v = first; v < first + each; ++v) {
      const T s = detail::similarity_of_rows(similarity, support.row(v), keys.row(key), keys.width());
      if (score == score_by::mean)
        merged += s / static_cast<T>(each);
      else if (v == first || !(s <= merged))
        merged = s;
    }
    return merged;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
