// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/adapt/search/hnswlib.hpp>

#include "support/catch.hpp"
#include "support/neighbours.hpp"

#include <mixcon/mixcon.hpp>

using namespace mixcon;
using namespace mixcon_test;

static_assert(NeighbourIndex<hnsw_index> && !FilteringIndex<hnsw_index>);

TEST_CASE(
    "hnsw_index finds 19 of 20 nearest neighbours among 10 000 points, never one of the anchor's class, for any "
    "threads",
    "[adapt]") {
  const index_t count = 10000, anchors = 100, width = 32;
  const gaussian_mixture keys(count, width, 50, 0.15, 1);
  const auto z = rows_of(keys.points, 0, anchors);
  hnsw_index index(width, {.links = 12, .build_width = 60, .search_width = 400});
  add_rows(index, rows_of(keys.points, 0, 600));  // more than it has room for at first comes in two parts
  add_rows(index, rows_of(keys.points, 600, count - 600), 600);
  CHECK(index.size() == count);

  const auto found = approximate_top_k{.k = 10}(tiled{}, index, z);
  const auto exact = top_k{.k = 10}(tiled{}, cosine{}, z, keys.points);
  CHECK(recall(found.list, exact.list) >= 0.95);
  CHECK(found.score_of(7, 0) == Approx(1).epsilon(1e-6));
  CHECK(approximate_top_k{.k = 10}(tiled{.threads = 3}, index, z).list == found.list);

  const std::vector<int> labels(keys.label.begin(), keys.label.begin() + anchors);
  const approximate_top_k choose{.k = 10, .admissible = {.anchor_labels = labels, .key_labels = keys.label}};
  const auto negatives = choose(tiled{}, index, z);
  const auto exact_negatives = top_k{.k = 10, .admissible = choose.admissible}(tiled{}, cosine{}, z, keys.points);
  CHECK(recall(negatives.list, exact_negatives.list) >= 0.95);
  for (index_t a = 0; a < anchors; ++a) {
    CHECK(negatives.shortfall[static_cast<std::size_t>(a)] == 0);
    for (index_t s = 0; s < 10; ++s) CHECK(choose.admissible(a, negatives.list.key_of(a, s)));
  }
}

TEST_CASE("hnsw_index replaces rows, passes over removed ones, and takes them again", "[adapt]") {
  const auto keys = gaussian_mixture(50, 8, 50, 0.1, 2).points;
  const auto z = rows_of(keys, 4, 1);
  const auto ids = positions(50);
  hnsw_index index(8);
  index.add(keys, ids);
  const approximate_top_k nearest{.k = 2};
  const auto hard = nearest(tiled{}, index, z);
  CHECK(hard.list.key_of(0, 0) == 4);
  index.remove(4);
  CHECK(index.size() == 49);
  const auto without = nearest(serial{}, index, z);
  CHECK((without.list.key_of(0, 0) != 4 && without.list.key_of(0, 1) != 4 && without.list.filled(0) == 2));
  add_rows(index, z, 4);
  add_rows(index, z, 30);
  CHECK(index.size() == 50);
  const auto again = nearest(serial{}, index, z).list;
  CHECK(again.key == std::vector<std::int32_t>{4, 30});
  for (index_t id = 0; id < 49; ++id) index.remove(id);
  CHECK(approximate_top_k{.k = 1}(serial{}, index, z).list.key_of(0, 0) == 49);
}

TEST_CASE("hnsw_index refuses what it cannot hold, by name", "[adapt]") {
  matrix<float> keys(2, 4, 0.5f);
  const auto three = positions(3);
  hnsw_index index(4);
  add_rows(index, keys);
  CHECK_THROWS_WITH(index.remove(5),
                    "hnsw_index: id 5 is not held; expected one that was added, and not removed since");
  index.remove(1);
  CHECK_THROWS_WITH(index.remove(1), ContainsSubstring("id 1 is not held"));
  CHECK_THROWS_WITH(index.add(keys, three), ContainsSubstring("rows (2, 4) and 3 ids for an index of width 4"));
  CHECK_THROWS_WITH(add_rows(index, matrix<float>(2, 3, 0.5f)), ContainsSubstring("rows (2, 3) and 2 ids"));
  CHECK_THROWS_WITH(add_rows(index, keys, -1), ContainsSubstring("hnsw_index: id -1; expected at least 0"));
  keys(1, 0) = 2;
  CHECK_THROWS_WITH(add_rows(index, keys), ContainsSubstring("hnsw_index: row 1 has squared length 4.75"));
  CHECK_THROWS_WITH(hnsw_index(0), ContainsSubstring("rows of width 0"));
  CHECK_THROWS_WITH(hnsw_index(4, {.links = 1}), ContainsSubstring("1 links, widths 200 and 64"));
  CHECK(index.size() == 1);
}
