// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/negatives/search/top_k.hpp>
#include <mixcon/negatives/synthetic/own_rows.hpp>

#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/mixcon.hpp>

#include <algorithm>
#include <limits>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Every key scored and sorted whole. Rows of small integers, so that scores are exact and ties common.
std::vector<std::int32_t> sorted_whole(const matrix<float>& z, const matrix<float>& keys, index_t k,
                                       const admissible_keys& rule) {
  std::vector<std::int32_t> all;
  for (index_t a = 0; a < z.rows(); ++a) {
    std::vector<std::pair<double, std::int32_t>> order;
    for (index_t c = 0; c < keys.rows(); ++c) {
      double score = 0;
      for (index_t x = 0; x < z.width(); ++x) score += static_cast<double>(z(a, x)) * static_cast<double>(keys(c, x));
      if (rule(a, c)) order.emplace_back(-score, static_cast<std::int32_t>(c));
    }
    std::sort(order.begin(), order.end());
    for (index_t s = 0; s < k; ++s)
      all.push_back(s < static_cast<index_t>(order.size()) ? order[static_cast<std::size_t>(s)].second : -1);
  }
  return all;
}
matrix<float> of_integers(index_t rows, index_t width, std::uint64_t seed) {
  philox_stream bits(seed, 0, 0, 0);
  matrix<float> z(rows, width);
  for (float& x : z.entries()) x = static_cast<float>(uniform_integer(bits, 5)) - 2;
  return z;
}

}  // namespace

TEST_CASE("top_k equals sorting every score, ties to the lower position, in both engines for any threads",
          "[negatives]") {
  for (const index_t anchors : {1, 7, 64})
    for (const index_t count : {1, 2, 63, 65, 400})
      for (const index_t width : {1, 3, 17}) {
        const auto z = of_integers(anchors, width, 1), keys = of_integers(count, width, 2);
        std::vector<int> labels, key_labels;
        for (index_t a = 0; a < anchors; ++a) labels.push_back(static_cast<int>(a % 3));
        for (index_t c = 0; c < count; ++c) key_labels.push_back(static_cast<int>(c % 4));
        for (const index_t k : {index_t{1}, (count + 1) / 2, count}) {
          const top_k choose{.k = k, .admissible = {.anchor_labels = labels, .key_labels = key_labels}};
          const auto expected = sorted_whole(z, keys, k, choose.admissible);
          const auto found = choose(serial{}, dot_product{}, z, keys);
          CHECK(found.list.key == expected);
          for (const int threads : {1, 2, 7}) {
            const auto tiled_found = choose(tiled{.threads = threads}, dot_product{}, z, keys);
            CHECK(tiled_found.list == found.list);
            CHECK(tiled_found.score == found.score);
          }
        }
      }
}

TEST_CASE("top_k finds long lists of many keys, refused ones and ties among them, for any threads", "[negatives]") {
  const index_t anchors = 75, count = 3001, width = 5;
  const auto z = of_integers(anchors, width, 6), keys = of_integers(count, width, 7);
  std::vector<int> valid;
  for (index_t c = 0; c < count; ++c) valid.push_back(c / 100 % 3 == 1 ? 0 : 1);
  for (const index_t k : {10, 100, 700, 2500}) {
    const top_k choose{.k = k, .admissible = {.valid = valid}};
    const auto found = choose(serial{}, dot_product{}, z, keys);
    CHECK(found.list.key == sorted_whole(z, keys, k, choose.admissible));
    for (const int threads : {1, 2, 7}) {
      const auto tiled_found = choose(tiled{.threads = threads}, dot_product{}, z, keys);
      CHECK(tiled_found.list == found.list);
      CHECK(tiled_found.score == found.score);
    }
  }
}

TEST_CASE("top_k reads anchors and keys through their strides", "[negatives]") {
  const index_t anchors = 3, count = 200, width = 17;
  const auto z = of_integers(anchors, width, 8), keys = of_integers(count, width, 9);
  std::vector<float> columns(static_cast<std::size_t>(count * width));
  for (index_t c = 0; c < count; ++c)
    for (index_t x = 0; x < width; ++x) columns[static_cast<std::size_t>(x * count + c)] = keys(c, x);
  const matrix_view<const float> turned{columns.data(), {count, width}, {1, count}};
  const top_k choose{.k = 20};
  CHECK(choose(tiled{}, dot_product{}, z, turned).list == choose(tiled{}, dot_product{}, z, keys).list);
  CHECK(choose(tiled{}, negative_distance{}, z, turned).score == choose(tiled{}, negative_distance{}, z, keys).score);
}

TEST_CASE("top_k by cosine and by distance keep their own order, in float and double", "[negatives]") {
  const matrix<double> z(1, 2, 1.0);
  matrix<double> keys(3, 2, 0.0);
  keys(0, 0) = 3, keys(0, 1) = 3, keys(1, 0) = 1, keys(1, 1) = 0.5, keys(2, 0) = -1;
  CHECK(top_k{.k = 3}(tiled{}, cosine{}, z, keys).list.key == std::vector<std::int32_t>{0, 1, 2});
  CHECK(top_k{.k = 3}(tiled{}, negative_squared_distance{}, z, keys).list.key == std::vector<std::int32_t>{1, 2, 0});
  CHECK(top_k{.k = 3}(serial{}, negative_distance{}, z, keys).list.key == std::vector<std::int32_t>{1, 2, 0});
}

TEST_CASE("Equal keys are taken in order, short rows have empty slots, and NaN is refused", "[negatives]") {
  const matrix<float> z(2, 4, 1.0f), keys(300, 4, 1.0f);
  const auto found = top_k{.k = 5}(tiled{}, dot_product{}, z, keys);
  CHECK(found.list.key == std::vector<std::int32_t>{0, 1, 2, 3, 4, 0, 1, 2, 3, 4});
  std::vector<int> valid(300, 0);
  valid[7] = 1;
  CHECK(top_k{.k = 2, .admissible = {.valid = valid}}(tiled{}, dot_product{}, z, keys).list.key ==
        std::vector<std::int32_t>{7, -1, 7, -1});
  CHECK_THROWS_WITH((top_k{.k = 2, .admissible = {.valid = valid}, .strict = true}(tiled{}, dot_product{}, z, keys)),
                    ContainsSubstring("has 1 admissible keys; expected 2"));
  CHECK_THROWS_WITH((top_k{.k = 301}(tiled{}, dot_product{}, z, keys)), ContainsSubstring("k is 301 for 300 keys"));
  matrix<float> broken = keys;
  broken(299, 1) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH((top_k{.k = 1}(tiled{}, dot_product{}, z, broken)), ContainsSubstring("key 299 is NaN"));
  CHECK_THROWS_WITH((top_k{.k = 1}(serial{}, dot_product{}, z, broken)), ContainsSubstring("key 299 is NaN"));
}

TEST_CASE("A loss over a list of all keys is the loss over the keys themselves, gradients too", "[negatives]") {
  const index_t anchors = 5, count = 9, width = 6;
  const auto z = random_embeddings<double>(anchors, width, 3);
  const auto keys = random_embeddings<double>(count, width, 4);
  const auto positives = random_embeddings<double>(anchors, width, 5);
  const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
  const auto list = top_k{.k = count}(tiled{}, cosine{}, z, keys).list;
  const auto rows = own_rows(list, keys, positives);
  rows_of_anchors<double> by_rows{anchors, count + 1, width};
  matrix<double> by_z(anchors, width), by_keys(count, width), by_positives(anchors, width);
  const auto listed = value_and_grad(tiled{}, criterion, listed_targets{list}, z, candidates(own(rows.view())),
                                     {.anchors = by_z, .candidates = {by_rows.view()}});
  add_to_keys(list, by_rows, view<2>(by_keys), view<2>(by_positives));

  matrix<double> dense_z(anchors, width), dense_keys(count, width), dense_positives(anchors, width);
  const auto dense = value_and_grad(tiled{}, criterion, queue_targets{}, z, candidates(own(positives), keys),
                                    {.anchors = dense_z, .candidates = {dense_positives, dense_keys}});
  CHECK(listed.value == Approx(dense.value).epsilon(1e-13));
  for (std::size_t i = 0; i < by_z.entries().size(); ++i) {
    CHECK(by_z.entries()[i] == Approx(dense_z.entries()[i]).margin(1e-14));
    CHECK(by_positives.entries()[i] == Approx(dense_positives.entries()[i]).margin(1e-14));
  }
  for (std::size_t i = 0; i < by_keys.entries().size(); ++i)
    CHECK(by_keys.entries()[i] == Approx(dense_keys.entries()[i]).margin(1e-14));
}
