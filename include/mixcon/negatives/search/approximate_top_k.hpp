// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Finds the most similar keys of each anchor through an index, fast but not always all of them.

#include <mixcon/negatives/admissible.hpp>
#include <mixcon/negatives/rows_as_read.hpp>
#include <mixcon/negatives/search/heap.hpp>
#include <mixcon/negatives/search/neighbour_index.hpp>
#include <mixcon/negatives/search/top_k.hpp>
#include <mixcon/negatives/search_executor.hpp>

#include <cstdint>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// A `ranked_list` that may lack keys though there are some: `shortfall` (N), how many slots of an anchor are empty.
struct approximate_list : ranked_list<float> {
  std::vector<index_t> shortfall{};
};

/// The k admissible keys most similar to each anchor by cosine, as far as an index finds them, best first; of equal
/// scores the lower position. What an index misses is missing here: `top_k` is exact, and faster up to some 10^4 keys.
/// The index's ids are the keys' positions, as lists and `admissible` have them; scores are the index's own.
///
///   hnsw_index index(128);
///   index.add(bank.view(), positions);
///   const auto hard = approximate_top_k{.k = 16, .admissible = other_classes}(tiled{}, index, z);
///
/// An inadmissible key is never chosen. An index with a filter passes over it; another is searched for k + spare keys.
/// While an anchor lacks keys, twice as many are searched for, up to `doublings` times. Anchors that lack keys even so
/// have empty slots, or with `strict` are refused. Where the nearest are inadmissible, as the anchor's class often is,
/// take `spare` above their number, or `top_k`.
///
/// Anchors are made unit rows. The same list for any number of threads. Gradients do not flow through the choice.
struct approximate_top_k {
  index_t k = 1;
  admissible_keys admissible{};
  bool strict = false;
  index_t spare = 16;     // >= 0; looked at beyond k where some keys may be inadmissible
  index_t doublings = 4;  // 0 to 30

  template <detail::SearchExecutor Executor, NeighbourIndex Index, detail::GivenTensor<2> Anchors>
  auto operator()(const Executor& executor, const Index& index, const Anchors& anchors) const {
    (check)(index.size(), index.width(), index.inner_product(),
            detail::view_given<2>("approximate_top_k", "the anchors", anchors).extents());
    const auto unit_rows = detail::rows_as_read(anchors, rows::unit);
    const index_t count = unit_rows.count();
    MIXCON_REQUIRE(unit_rows.finite(),
                   "approximate_top_k: an anchor has a number that is not finite; expected finite "
                   "rows. Has training diverged?");
    approximate_list found{{negative_list(count, k), std::vector<float>(static_cast<std::size_t>(count * k))},
                           std::vector<index_t>(static_cast<std::size_t>(count))};
    constexpr index_t at_once = 64;
    detail::for_each_row(executor, (count + at_once - 1) / at_once, [&](index_t block, auto) {
      std::vector<index_t> pending;
      for (index_t a = block * at_once; a < count && a < (block + 1) * at_once; ++a) pending.push_back(a);
      search(index, unit_rows, pending, found);
    });
    return found;
  }
  template <class First, class... More>
  requires(!detail::begins_by_index<First, More...>)
  negative_list operator()(const First&, const More&...) const {
    static_assert(detail::begins_by_index<First, More...>,
                  "mixcon: approximate_top_k is called as approximate_top_k{.k = 5}(engine, index, anchors), the "
                  "engine being tiled{} or serial{}, the index one of mixcon/adapt/search/ or your own");
    return {0, 0};
  }

 private:
  struct entry {
    float score;
    std::int64_t key;
  };

  bool rules() const {
    return !admissible.valid.empty() || !admissible.key_ids.empty() || !admissible.key_labels.empty();
  }
  /// How many keys the rules speak of; without any, all that a list can name.
  index_t keys_known() const {
    for (const integer_view* said : {&admissible.key_ids, &admissible.key_labels, &admissible.valid})
      if (!said->empty()) return said->size();
    return 0x7fffffff;
  }

  void(check)(index_t size, index_t width, bool inner_product, const axes<2>& anchors) const {
    MIXCON_REQUIRE(inner_product,
                   "approximate_top_k: the index does not compare by inner products; expected one that "
                   "does, of unit rows, so that its order is that of cosines");
    MIXCON_REQUIRE(anchors[0] >= 1 && anchors[1] == width, "approximate_top_k: anchors are ", anchors,
                   ", the index has rows of width ", width,
                   "; expected at least one anchor, of that width. Was it built from other embeddings?");
    MIXCON_REQUIRE(k >= 1 && k <= size, "approximate_top_k: k is ", k, " for an index of ", size,
                   " keys; expected 1 to the number of keys");
    MIXCON_REQUIRE(spare >= 0 && doublings >= 0 && doublings <= 30, "approximate_top_k: spare is ", spare,
                   ", doublings is ", doublings, "; expected spare >= 0 and 0 to 30 doublings");
    (admissible.check)("approximate_top_k", anchors[0], keys_known());
  }

  /// Searches for the pending anchors, then for those that lack keys among twice as many, until none does or no more
  /// may be looked at.
  template <class Index, class T>
  void search(const Index& index, const detail::packed_rows<T>& anchors, std::vector<index_t>& pending,
              approximate_list& found) const {
    const index_t size = index.size(), beyond = spare < size ? spare : size;
    const index_t first = rules() && !FilteringIndex<Index> ? k + beyond : k;
    std::vector<std::int64_t> ids;
    std::vector<float> scores;
    for (index_t pass = 0; !pending.empty(); ++pass) {
      const index_t wished = first << pass, looked_at = wished < size ? wished : size;
      const bool last = pass == doublings || looked_at == size;
      ids.resize(pending.size() * static_cast<std::size_t>(looked_at));
      scores.resize(ids.size());
      ask(index, anchors, pending, looked_at, ids, scores);
      std::size_t still = 0;
      for (std::size_t p = 0; p < pending.size(); ++p) {
        const std::size_t from = p * static_cast<std::size_t>(looked_at);
        const index_t missing = fill(found, pending[p], ids.data() + from, scores.data() + from, looked_at);
        MIXCON_REQUIRE(!(last && strict && missing > 0), "approximate_top_k: anchor ", pending[p], " has ", k - missing,
                       " admissible keys among the ", looked_at, " nearest that were looked at; expected ", k,
                       ", or strict = false for empty slots. More doublings look further");
        if (missing > 0) pending[still++] = pending[p];
      }
      if (last) return;
      pending.resize(still);
    }
  }

  template <class Index, class T>
  void ask(const Index& index, const detail::packed_rows<T>& anchors, const std::vector<index_t>& pending,
           index_t looked_at, std::vector<std::int64_t>& ids, std::vector<float>& scores) const {
    const auto count = static_cast<index_t>(pending.size());
    std::vector<float> queries;
    queries.reserve(static_cast<std::size_t>(count * anchors.width()));
    for (const index_t a : pending)
      for (index_t x = 0; x < anchors.width(); ++x) queries.push_back(static_cast<float>(anchors.row(a)[x]));
    const matrix_view<const float> asked{queries.data(), {count, anchors.width()}};
    const matrix_view<std::int64_t> to_ids{ids.data(), {count, looked_at}};
    const matrix_view<float> to_scores{scores.data(), {count, looked_at}};
    if constexpr (FilteringIndex<Index>) {
      if (rules()) {
        index.search(asked, to_ids, to_scores, [&](index_t query, std::int64_t key) {
          return key >= keys_known() || admissible(pending[static_cast<std::size_t>(query)], key);
        });
        return;
      }
    }
    index.search(asked, to_ids, to_scores);
  }

  /// The best k admissible of the keys found, in order; answers how many slots stay empty.
  index_t fill(approximate_list& found, index_t anchor, const std::int64_t* ids, const float* scores,
               index_t count) const {
    std::vector<entry> chosen;
    for (index_t j = 0; j < count; ++j) {
      if (ids[j] < 0) continue;
      MIXCON_REQUIRE(ids[j] < keys_known(), "approximate_top_k: the index holds id ", ids[j], " of ", keys_known(),
                     " keys; expected ids that are positions of keys");
      if (!admissible(anchor, ids[j])) continue;
      constexpr float longest = 1.1f;  // an index that stores rows coarsely errs a little
      MIXCON_REQUIRE(scores[j] <= longest, "approximate_top_k: the score of anchor ", anchor, " and key ", ids[j],
                     " is ", scores[j], "; expected a cosine, at most 1. Were the keys unit rows?");
      chosen.push_back({scores[j], ids[j]});
    }
    detail::heap_sort(chosen.data(), static_cast<index_t>(chosen.size()), [](const entry& a, const entry& b) {
      return a.score > b.score || (a.score == b.score && a.key < b.key);
    });
    const index_t number = static_cast<index_t>(chosen.size()) < k ? static_cast<index_t>(chosen.size()) : k;
    for (index_t s = 0; s < number; ++s) {
      const entry& best = chosen[static_cast<std::size_t>(s)];
      found.list.put(anchor, s, best.key);
      found.score[static_cast<std::size_t>(anchor * k + s)] = best.score;
    }
    return found.shortfall[static_cast<std::size_t>(anchor)] = k - number;
  }
};

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
