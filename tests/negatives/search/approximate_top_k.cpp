// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/negatives/search/approximate_top_k.hpp>
#include <mixcon/negatives/synthetic/own_rows.hpp>

#include "negatives/search/exhaustive_index.hpp"
#include "support/catch.hpp"
#include "support/neighbours.hpp"

#include <mixcon/mixcon.hpp>

#include <algorithm>
#include <limits>

using namespace mixcon;
using namespace mixcon_test;

static_assert(NeighbourIndex<exhaustive_index> && !FilteringIndex<exhaustive_index>);
static_assert(FilteringIndex<filtering_index> && !NeighbourIndex<std::vector<float>>);

TEMPLATE_TEST_CASE("approximate_top_k of an index that misses nothing is top_k, with every rule, for any threads",
                   "[negatives]", exhaustive_index, filtering_index) {
  for (const index_t anchors : {1, 2, 7, 64})
    for (const index_t count : {1, 2, 63, 64, 65, 300})
      for (const index_t width : {1, 3, 16, 127}) {
        const auto z = exact_unit_rows(anchors, width, 1), keys = exact_unit_rows(count, width, 2);
        const auto index = holding<TestType>(keys);
        random_numbers draw(3);
        const auto labels = random_labels(anchors, 3, draw), key_labels = random_labels(count, 4, draw);
        const auto ids = random_labels(anchors, 20, draw), key_ids = random_labels(count, 20, draw);
        const auto valid = random_labels(count, 3, draw);
        const admissible_keys every_rule{ids, key_ids, labels, key_labels, valid};
        for (const admissible_keys& rules : {admissible_keys{}, every_rule})
          for (const index_t k : {index_t{1}, std::min<index_t>(2, count), count}) {
            const auto exact = top_k{.k = k, .admissible = rules}(serial{}, cosine{}, z, keys);
            const approximate_top_k choose{.k = k, .admissible = rules, .spare = 5, .doublings = 30};
            for (const int threads : {1, 2, 7}) {
              const auto found = choose(tiled{.threads = threads}, index, z);
              CHECK(found.list == exact.list);
              CHECK(found.score == exact.score);
              for (index_t a = 0; a < anchors; ++a)
                CHECK(found.shortfall[static_cast<std::size_t>(a)] == k - exact.list.filled(a));
            }
          }
      }
}

TEST_CASE("Anchors in two halves, of any length, in bfloat16 and through strides give the rows they give together",
          "[negatives]") {
  const auto z = exact_unit_rows(90, 16, 4), keys = exact_unit_rows(200, 16, 5);
  const auto index = holding<exhaustive_index>(keys);
  const approximate_top_k choose{.k = 7};
  const auto whole = choose(serial{}, index, z);
  const auto first = choose(serial{}, index, rows_of(z, 0, 31)), second = choose(serial{}, index, rows_of(z, 31, 59));
  auto joined = first.list.key;
  joined.insert(joined.end(), second.list.key.begin(), second.list.key.end());
  CHECK(joined == whole.list.key);
  CHECK(choose(tiled{}, index, converted<bfloat16>(z)).list == whole.list);
  auto scaled = converted<double>(z);
  for (double& x : scaled.entries()) x *= 0x1p-20;
  CHECK(choose(tiled{}, index, scaled).list == whole.list);
  std::vector<float> columns(z.entries().size());
  for (index_t a = 0; a < z.rows(); ++a)
    for (index_t x = 0; x < z.width(); ++x) columns[static_cast<std::size_t>(x * z.rows() + a)] = z(a, x);
  const matrix_view<const float> turned{columns.data(), {z.rows(), z.width()}, {1, z.rows()}};
  CHECK(choose(tiled{}, index, turned).list == whole.list);
}

TEST_CASE("Equal keys are taken in order, anchors without length or of denormal numbers get keys too", "[negatives]") {
  const matrix<float> equal(80, 4, 0.5f);
  const auto index = holding<exhaustive_index>(equal);
  matrix<float> z(3, 4, 0.0f);
  for (index_t x = 0; x < 4; ++x) z(1, x) = std::numeric_limits<float>::denorm_min(), z(2, x) = 7;
  const auto found = approximate_top_k{.k = 3}(tiled{}, index, z);
  CHECK(found.list.key == std::vector<std::int32_t>{0, 1, 2, 0, 1, 2, 0, 1, 2});
  CHECK(found.score_of(2, 0) == 1);
}

TEST_CASE("An index kept in step with a queue finds its keys, when half full, wrapped around, and after removal",
          "[negatives]") {
  const index_t capacity = 10, width = 16;
  memory_queue<float> queue(capacity, width);
  exhaustive_index index(width);
  const auto z = exact_unit_rows(6, width, 8);
  for (const index_t batch : {5, 5, 3, 10}) {
    const auto keys = exact_unit_rows(batch, width, static_cast<std::uint64_t>(9 + batch));
    std::vector<index_t> slots;
    for (index_t i = 0; i < batch; ++i) slots.push_back((queue.stored().head() + i) % capacity);
    queue.enqueue(keys);
    index.add(view<2>(keys), slots);
    CHECK(approximate_top_k{.k = 4}(tiled{}, index, z).list == top_k{.k = 4}(tiled{}, cosine{}, z, queue.rows()).list);
  }
  std::vector<int> valid(capacity, 1);
  for (const index_t gone : {2, 9}) index.remove(gone), valid[static_cast<std::size_t>(gone)] = 0;
  CHECK(approximate_top_k{.k = 8}(tiled{}, index, z).list ==
        top_k{.k = 8, .admissible = {.valid = valid}}(tiled{}, cosine{}, z, queue.rows()).list);
}

TEST_CASE(
    "Twice as many keys are looked at until an anchor has enough, at most as often as said; what is missing is "
    "reported",
    "[negatives]") {
  const index_t count = 200, same = 100;  // the nearest 100 are of the anchor's class
  matrix<float> z(1, 2), keys(count, 2);
  z(0, 0) = 1;
  std::vector<int> label{0}, key_labels;
  for (index_t c = 0; c < count; ++c) {
    keys(c, 0) = static_cast<float>(std::cos(0.01 * static_cast<double>(c)));
    keys(c, 1) = static_cast<float>(std::sin(0.01 * static_cast<double>(c)));
    key_labels.push_back(c < same ? 0 : 1);
  }
  const admissible_keys other{.anchor_labels = label, .key_labels = key_labels};
  const auto index = holding<exhaustive_index>(keys);
  auto choose = [&](index_t doublings) {
    return approximate_top_k{.k = 10, .admissible = other, .spare = 3, .doublings = doublings}(serial{}, index, z);
  };
  for (const index_t doublings : {0, 1, 2}) {  // 13, 26, 52 keys
    const auto found = choose(doublings);
    CHECK(found.list.filled(0) == 0);
    CHECK(found.shortfall == std::vector<index_t>{10});
  }
  const auto some = choose(3);  // 104 keys
  CHECK(some.list.key == std::vector<std::int32_t>{100, 101, 102, 103, -1, -1, -1, -1, -1, -1});
  CHECK(some.shortfall == std::vector<index_t>{6});
  CHECK(choose(4).list == top_k{.k = 10, .admissible = other}(serial{}, cosine{}, z, keys).list);
  CHECK(choose(4).shortfall == std::vector<index_t>{0});
  CHECK_THROWS_WITH(
      (approximate_top_k{.k = 10, .admissible = other, .strict = true, .spare = 3, .doublings = 3}(serial{}, index, z)),
      "approximate_top_k: anchor 0 has 4 admissible keys among the 104 nearest that were looked at; expected "
      "10, or strict = false for empty slots. More doublings look further");
  const auto filtered = approximate_top_k{.k = 10, .admissible = other, .strict = true, .doublings = 0}(
      serial{}, holding<filtering_index>(keys), z);
  CHECK(filtered.list == choose(4).list);
}

TEST_CASE("A batch of one class and keys that are all invalid leave every slot empty", "[negatives]") {
  const auto z = exact_unit_rows(4, 16, 6), keys = exact_unit_rows(20, 16, 7);
  const std::vector<int> label(4, 1), key_labels(20, 1), invalid(20, 0);
  const auto index = holding<filtering_index>(keys);
  for (const admissible_keys& rules :
       {admissible_keys{.anchor_labels = label, .key_labels = key_labels}, admissible_keys{.valid = invalid}}) {
    const auto found = approximate_top_k{.k = 3, .admissible = rules}(tiled{}, index, z);
    CHECK(found.list == negative_list(4, 3));
    CHECK(found.shortfall == std::vector<index_t>(4, 3));
  }
}

TEST_CASE("A loss over the keys that an index finds is the loss over the exact ones, and so are its gradients",
          "[negatives]") {
  const index_t anchors = 6, count = 40, width = 8;
  const auto z = random_embeddings<float>(anchors, width, 3), positives = random_embeddings<float>(anchors, width, 4);
  auto keys = random_embeddings<float>(count, width, 5);
  make_unit_rows(keys);
  const objective criterion{info_nce{.temperature = 0.3}, cosine{}};
  auto loss_of = [&](const negative_list& list, matrix<float>& by_z, matrix<float>& by_keys) {
    const auto rows = own_rows(list, keys, positives);
    rows_of_anchors<float> by_rows{anchors, list.slots + 1, width};
    const auto loss = value_and_grad(tiled{}, criterion, listed_targets{list}, z, candidates(own(rows.view())),
                                     {.anchors = by_z, .candidates = {by_rows.view()}});
    add_to_keys(list, by_rows, view<2>(by_keys));
    return loss.value;
  };
  matrix<float> by_z(anchors, width), by_keys(count, width), exact_by_z = by_z, exact_by_keys = by_keys;
  const auto nearest = approximate_top_k{.k = 5}(tiled{}, holding<exhaustive_index>(keys), z);
  const auto exact = top_k{.k = 5}(tiled{}, cosine{}, z, keys);
  const auto found_loss = loss_of(nearest.list, by_z, by_keys);
  CHECK(found_loss > 0.1f);
  CHECK(found_loss == loss_of(exact.list, exact_by_z, exact_by_keys));
  CHECK(by_z == exact_by_z);
  CHECK(by_keys == exact_by_keys);

  const auto ids = positions(anchors);
  const sample_conditioned draw{.draws_of_each = 2};
  CHECK(draw(nearest, ids, philox_draws{.seed = 1}) == draw(exact, ids, philox_draws{.seed = 1}));
}

TEST_CASE("approximate_top_k refuses what it cannot search, by name", "[negatives]") {
  auto keys = exact_unit_rows(5, 4, 1);
  const auto z = exact_unit_rows(2, 4, 2);
  const auto index = holding<exhaustive_index>(keys);
  auto refusal = [&](const approximate_top_k& choose, const auto& of, const matrix<float>& anchors) {
    try {
      choose(tiled{}, of, anchors);
    } catch (const std::invalid_argument& why) {
      return std::string(why.what());
    }
    return std::string();
  };
  CHECK_THAT(refusal({.k = 6}, index, z),
             ContainsSubstring("approximate_top_k: k is 6 for an index of 5 keys; expected 1 to the number of keys"));
  CHECK_THAT(refusal({.k = 0}, index, z), ContainsSubstring("k is 0"));
  CHECK_THAT(refusal({.spare = -1}, index, z), ContainsSubstring("spare is -1, doublings is 4"));
  CHECK_THAT(refusal({.doublings = 31}, index, z), ContainsSubstring("doublings is 31"));
  CHECK_THAT(refusal({}, exhaustive_index(4, false), z),
             ContainsSubstring("the index does not compare by inner products; expected one that does, of unit rows"));
  CHECK_THAT(refusal({}, index, exact_unit_rows(2, 3, 2)),
             ContainsSubstring("anchors are (2, 3), the index has rows of width 4"));
  matrix<float> broken = z;
  broken(1, 2) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THAT(refusal({}, index, broken), ContainsSubstring("an anchor has a number that is not finite"));

  const std::vector<int> labels{0, 1}, four(4, 2), five(5, 2);
  CHECK_THAT(refusal({.admissible = {.key_labels = five}}, index, z),
             ContainsSubstring("0 anchor labels and 5 key labels"));
  CHECK_THAT(refusal({.k = 5, .admissible = {.anchor_labels = labels, .key_labels = four}}, index, z),
             ContainsSubstring("the index holds id 4 of 4 keys; expected ids that are positions of keys"));
  CHECK_THAT(refusal({.k = 5, .admissible = {.valid = four}}, holding<filtering_index>(keys), z),
             ContainsSubstring("the index holds id 4 of 4 keys"));

  for (float& x : keys.entries()) x *= 3;
  CHECK_THAT(refusal({.k = 5}, holding<exhaustive_index>(keys), z),
             ContainsSubstring("; expected a cosine, at most 1"));
  matrix<float> broken_key(1, 4, std::numeric_limits<float>::quiet_NaN());
  CHECK_THAT(refusal({}, holding<exhaustive_index>(broken_key), z), ContainsSubstring("is nan; expected a cosine"));
}
