// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/adapt/search/faiss.hpp>

#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexPQ.h>

#include "support/catch.hpp"
#include "support/neighbours.hpp"

#include <mixcon/mixcon.hpp>

using namespace mixcon;
using namespace mixcon_test;

static_assert(FilteringIndex<faiss_index<faiss::IndexFlatIP>> && FilteringIndex<faiss_index<faiss::IndexIVFFlat>>);
static_assert(NeighbourIndex<faiss_index<faiss::Index>> && !FilteringIndex<faiss_index<faiss::Index>>);

namespace {

/// The same index with its filter hidden.
struct without_filter : faiss_index<faiss::IndexFlatIP> {
  using faiss_index::faiss_index;
  void search(const matrix_view<const float>& queries, const matrix_view<std::int64_t>& ids,
              const matrix_view<float>& scores) const {
    faiss_index::search(queries, ids, scores);
  }
};
static_assert(NeighbourIndex<without_filter> && !FilteringIndex<without_filter>);

std::unique_ptr<faiss::IndexIVFFlat> inverted_lists(const matrix<float>& rows, index_t lists) {
  auto coarse = std::make_unique<faiss::IndexFlatIP>(rows.width());
  auto index =
      std::make_unique<faiss::IndexIVFFlat>(coarse.release(), rows.width(), lists, faiss::METRIC_INNER_PRODUCT);
  index->own_fields = true;
  index->cp.niter = 5;
  index->train(rows.rows(), rows.data());
  index->nprobe = 8;
  return index;
}

}  // namespace

TEST_CASE("A flat faiss_index is top_k, with a filter and without", "[adapt]") {
  const index_t count = 500, anchors = 70, width = 24;
  const gaussian_mixture keys(count, width, 10, 0.2, 1);
  const auto z = rows_of(keys.points, 0, anchors);
  const std::vector<int> labels(keys.label.begin(), keys.label.begin() + anchors);
  const auto ids = positions(anchors), key_ids = positions(count);
  faiss_index filtering(std::make_unique<faiss::IndexFlatIP>(width));
  without_filter plain(std::make_unique<faiss::IndexFlatIP>(width));
  add_rows(filtering, keys.points);
  add_rows(plain, keys.points);
  const admissible_keys none, other{ids, key_ids, labels, keys.label};
  for (const admissible_keys& rules : {none, other}) {
    const auto exact = top_k{.k = 9, .admissible = rules}(tiled{}, cosine{}, z, keys.points);
    for (const int threads : {1, 3}) {
      const approximate_top_k choose{.k = 9, .admissible = rules};
      const auto found = choose(tiled{.threads = threads}, filtering, z);
      CHECK(found.list == exact.list);
      CHECK(choose(tiled{.threads = threads}, plain, z).list == exact.list);
      for (std::size_t i = 0; i < exact.score.size(); ++i) CHECK(found.score[i] == Approx(exact.score[i]).margin(1e-6));
    }
  }
}

TEST_CASE("Inverted lists find 19 of 20 nearest neighbours among 10 000 points, and never one of the anchor's class",
          "[adapt]") {
  const index_t count = 10000, anchors = 100, width = 32;
  const gaussian_mixture keys(count, width, 50, 0.15, 1);
  const auto z = rows_of(keys.points, 0, anchors);
  faiss_index index(inverted_lists(keys.points, 50));
  add_rows(index, keys.points);
  const auto found = approximate_top_k{.k = 10}(tiled{}, index, z);
  CHECK(recall(found.list, top_k{.k = 10}(tiled{}, cosine{}, z, keys.points).list) >= 0.95);

  const std::vector<int> labels(keys.label.begin(), keys.label.begin() + anchors);
  const approximate_top_k choose{.k = 10, .admissible = {.anchor_labels = labels, .key_labels = keys.label}};
  const auto negatives = choose(tiled{}, index, z);
  for (index_t a = 0; a < anchors; ++a) {
    CHECK(negatives.list.filled(a) + negatives.shortfall[static_cast<std::size_t>(a)] == 10);
    for (index_t s = 0; s < negatives.list.filled(a); ++s) CHECK(choose.admissible(a, negatives.list.key_of(a, s)));
  }
  index.kind().nprobe = 50;  // every list, and so exact
  CHECK(choose(tiled{}, index, z).list ==
        top_k{.k = 10, .admissible = choose.admissible}(tiled{}, cosine{}, z, keys.points).list);
}

TEST_CASE("faiss_index replaces rows, passes over removed ones, and takes them again", "[adapt]") {
  const auto keys = gaussian_mixture(50, 8, 50, 0.1, 2).points;
  const auto z = rows_of(keys, 4, 1);
  faiss_index index(std::make_unique<faiss::IndexFlatIP>(8));
  add_rows(index, keys);
  std::vector<int> valid(50, 1);
  const approximate_top_k nearest{.k = 2}, nearest_valid{.k = 2, .admissible = {.valid = valid}};
  index.remove(4);
  CHECK(index.size() == 49);
  const auto without = nearest(serial{}, index, z);
  CHECK((without.list.key_of(0, 0) != 4 && without.list.key_of(0, 1) != 4 && without.list.filled(0) == 2));
  CHECK(nearest_valid(serial{}, index, z).list == without.list);
  add_rows(index, z, 4);
  add_rows(index, z, 30);
  CHECK(index.size() == 50);
  CHECK(nearest(serial{}, index, z).list.key == std::vector<std::int32_t>{4, 30});
  valid[4] = 0;
  CHECK(nearest_valid(serial{}, index, z).list.key_of(0, 0) == 30);
}

TEST_CASE("faiss_index refuses what it cannot hold, by name", "[adapt]") {
  matrix<float> keys(2, 4, 0.5f);
  const auto three = positions(3);
  faiss_index index(std::make_unique<faiss::IndexFlatIP>(4));
  CHECK_THROWS_WITH(index.remove(5), ContainsSubstring("faiss_index: id 5 is not held"));
  CHECK_THROWS_WITH(index.add(keys, three), ContainsSubstring("rows (2, 4) and 3 ids for an index of width 4"));
  keys(1, 0) = 2;
  CHECK_THROWS_WITH(add_rows(index, keys), ContainsSubstring("faiss_index: row 1 has squared length 4.75"));
  CHECK(index.size() == 0);
  CHECK_THROWS_WITH(faiss_index(std::make_unique<faiss::IndexPQ>(4, 2, 4)),
                    ContainsSubstring("expected an empty index after train"));
  CHECK_THROWS_WITH(faiss_index(std::unique_ptr<faiss::Index>()), ContainsSubstring("faiss_index: no index"));

  faiss_index by_distance(std::make_unique<faiss::IndexFlatL2>(4));
  add_rows(by_distance, matrix<float>(2, 4, 0.5f));
  CHECK_THROWS_WITH(approximate_top_k{}(serial{}, by_distance, keys),
                    ContainsSubstring("the index does not compare by inner products"));
}
