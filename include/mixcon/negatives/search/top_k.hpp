// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Finds the k most similar admissible keys of each anchor, exactly.

#include <mixcon/core/workspace.hpp>
#include <mixcon/negatives/admissible.hpp>
#include <mixcon/negatives/negative_list.hpp>
#include <mixcon/negatives/search_executor.hpp>
#if !defined(__CUDACC__)  // nvcc has no vector registers: it knows the parameters alone
#include <mixcon/engine/call/formulas.hpp>
#include <mixcon/negatives/search/best_keys.hpp>
#include <mixcon/negatives/search/score_tile.hpp>
#endif

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// Keys with the scores they were chosen by, best first: `score` (N, m); 0 in empty slots.
template <class T>
struct ranked_list {
  negative_list list{};
  std::vector<T> score{};

  T score_of(index_t anchor, index_t slot) const { return score[static_cast<std::size_t>(anchor * list.slots + slot)]; }
};

/// The k admissible keys most similar to each anchor, exactly, best first; of equal scores the lower position. The
/// N x M similarities are never stored: time O(N M D), memory O((N + M) D + N k + a tile a thread). The same list for
/// any number of threads. An anchor with fewer admissible keys has empty slots, or with `strict` is refused.
///
///   const auto hard = top_k{.k = 16, .admissible = {.anchor_labels = y, .key_labels = yk}}(tiled{}, cosine{}, z,
///   keys);
///
/// A NaN score is refused. Gradients do not flow through the choice.
struct top_k {
  index_t k = 1;
  admissible_keys admissible{};
  bool strict = false;

#if !defined(__CUDACC__)
  template <detail::SearchExecutor Executor, class Similarity, detail::GivenTensor<2> Anchors,
            detail::GivenTensor<2> Keys>
  auto operator()(const Executor& executor, const Similarity& similarity, const Anchors& anchors,
                  const Keys& keys) const {
    ranked_list<accumulate_t<std::remove_const_t<element_t<const Anchors>>>> found;
    find_again(found, executor, similarity, anchors, keys);
    return found;
  }
  /// The same into a list of before: with a workspace, nothing is allocated for as many anchors and keys. On several
  /// threads the workspace settles after a few calls.
  template <class T, detail::SearchExecutor Executor, class Similarity, detail::GivenTensor<2> Anchors,
            detail::GivenTensor<2> Keys>
  requires(!requires { requires Executor::brings_search; })
  void find_again(ranked_list<T>& found, const Executor& executor, const Similarity& similarity, const Anchors& anchors,
                  const Keys& keys, const in_workspace& memory = in_workspace::none()) const {
    using E = std::remove_const_t<element_t<const Anchors>>;
    using K = std::remove_const_t<element_t<const Keys>>;
    static_assert(std::is_same_v<T, accumulate_t<E>>,
                  "mixcon: top_k finds scores in the type that rows are computed in");
    static_assert(std::is_same_v<T, accumulate_t<K>>,
                  "mixcon: top_k compares anchors with keys of one precision; convert one of them");
    const matrix_view<const E> a = detail::view_given<2>("top_k", "the anchors", anchors);
    const matrix_view<const K> c = detail::view_given<2>("top_k", "the keys", keys);
    check_call(a.extents(), c.extents());
    const detail::score_tiles<Similarity, T> scores(executor, similarity, a, c, memory.memory);
    found.list.empty_all(a.extent(0), k);
    found.score.assign(found.list.key.size(), T(0));
    constexpr index_t in_block = detail::score_tiles<Similarity, T>::rows;
    detail::for_each_row(executor, scores.blocks(), [&](index_t block, auto how) {
      using V = typename decltype(how)::template vector<T>;
      detail::best_keys<T> best[static_cast<std::size_t>(in_block)];
      for (auto& each : best) each = detail::best_keys<T>(k, memory.memory);
      scores.template visit<V>(block, [&](index_t anchor, index_t first, const T* row, index_t count) {
        best[anchor - block * in_block].template show<V>(
            row, scores.numbers(), first, count, [&](const T& score, index_t key) {
              if (!admissible(anchor, key)) return false;
              MIXCON_REQUIRE(!is_nan(score), "top_k: the score of anchor ", anchor, " and key ", key,
                             " is NaN; expected finite rows. Has training diverged?");
              return true;
            });
      });
      for (index_t r = 0; r < in_block && block * in_block + r < a.extent(0); ++r)
        fill(found, block * in_block + r, best[r].template ranked<V>());
    });
  }
#endif
  /// By an executor that searches by itself, in memory that the host does not reach.
  template <detail::SearchExecutor Executor, class Similarity, detail::GivenTensor<2> Anchors,
            detail::GivenTensor<2> Keys>
  requires requires { requires Executor::brings_search; }
  auto operator()(const Executor& executor, const Similarity& similarity, const Anchors& anchors,
                  const Keys& keys) const {
    return executor.find_top_k(*this, similarity, anchors, keys);
  }
  /// Refuses what no search can be: of these extents of anchors and keys.
  void check_call(const axes<2>& anchors, const axes<2>& keys) const {
    MIXCON_REQUIRE(anchors[0] >= 1 && keys[0] >= 1 && anchors[1] == keys[1] && anchors[1] >= 1, "top_k: anchors are ",
                   anchors, ", keys ", keys, "; expected at least one row of each, of the same width");
    MIXCON_REQUIRE(k >= 1 && k <= keys[0], "top_k: k is ", k, " for ", keys[0],
                   " keys; expected 1 to the number of keys");
    (admissible.check)("top_k", anchors[0], keys[0]);
  }
  template <class First, class... More>
  requires(!detail::begins_by_similarity<First, More...>)
  negative_list operator()(const First&, const More&...) const {
    static_assert(detail::begins_by_similarity<First, More...>,
                  "mixcon: top_k is called as top_k{.k = 5}(engine, similarity, anchors, keys), the engine being "
                  "tiled{} or serial{}, the similarity cosine{} or its like");
    return {0, 0};
  }

 private:
  template <class T, class Ranked>
  void fill(ranked_list<T>& found, index_t anchor, const Ranked& ranked) const {
    index_t slot = 0;
    for (const auto& entry : ranked) {
      found.list.put(anchor, slot, entry.key);
      found.score[static_cast<std::size_t>(anchor * k + slot++)] = entry.score;
    }
    MIXCON_REQUIRE(!strict || slot == k, "top_k: anchor ", anchor, " has ", slot, " admissible keys; expected ", k,
                   ", or strict = false for empty slots");
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
