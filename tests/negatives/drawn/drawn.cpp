// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/negatives/drawn/class_conditioned.hpp>
#include <mixcon/negatives/drawn/sample_conditioned.hpp>
#include <mixcon/negatives/drawn/uniform_negatives.hpp>

#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/mixcon.hpp>

#include <numeric>
#include <set>

using namespace mixcon;
using namespace mixcon_test;

namespace {

std::vector<index_t> counted(index_t n, index_t from = 0) {
  std::vector<index_t> ids(static_cast<std::size_t>(n));
  std::iota(ids.begin(), ids.end(), from);
  return ids;
}
/// Sum of (observed - expected)^2 / expected.
double chi_square(const std::vector<double>& observed, const std::vector<double>& expected) {
  double sum = 0;
  for (std::size_t i = 0; i < observed.size(); ++i)
    sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
  return sum;
}

}  // namespace

TEST_CASE("Uniform negatives are uniform over admissible keys, and never another", "[negatives]") {
  const index_t anchors = 10000, keys = 12;
  const auto ids = counted(anchors);
  const std::vector<index_t> labels(static_cast<std::size_t>(anchors), 1);
  std::vector<index_t> key_labels(static_cast<std::size_t>(keys), 0);
  key_labels[4] = key_labels[9] = 1;
  for (const auto repeat : {replacement::with, replacement::without}) {
    const uniform_negatives choose{
        .draws_of_each = 3, .repeat = repeat, .admissible = {.anchor_labels = labels, .key_labels = key_labels}};
    const auto list = choose(ids, keys, philox_draws{.seed = 7});
    std::vector<double> seen(10), expected(10, 3000.0);
    for (index_t a = 0; a < anchors; ++a) {
      std::set<std::int32_t> different;
      for (index_t s = 0; s < 3; ++s) {
        const std::int32_t key = list.key_of(a, s);
        REQUIRE((key >= 0 && key != 4 && key != 9));
        different.insert(key);
        seen[static_cast<std::size_t>(key - (key > 4) - (key > 9))] += 1;
      }
      if (repeat == replacement::without) REQUIRE(different.size() == 3);
    }
    CHECK(chi_square(seen, expected) < 27.9);  // 9 degrees of freedom, one in a thousand
  }
}

TEST_CASE("A batch cut in two draws the same, and another seed or step does not", "[negatives]") {
  const auto whole = counted(8), half_of_it = counted(4, 4);
  const uniform_negatives choose{.draws_of_each = 5};
  const auto all = choose(whole, 100, philox_draws{.seed = 1, .step = 2});
  const auto part = choose(half_of_it, 100, philox_draws{.seed = 1, .step = 2});
  CHECK(std::equal(part.key.begin(), part.key.end(), all.key.begin() + 20));
  CHECK(choose(whole, 100, philox_draws{.seed = 1, .step = 3}).key != all.key);
  CHECK(choose(whole, 100, philox_draws{.seed = 2, .step = 2}).key != all.key);
}

TEST_CASE("Anchors draw the same together as alone, whatever labels and ids hide", "[negatives]") {
  const auto ids = counted(9), samples = counted(30);
  const std::vector<int> labels{0, 1, 0, -100, 2, 1, 0, -100, 5};
  std::vector<int> key_labels, valid;
  for (int k = 0; k < 30; ++k) key_labels.push_back(k % 7 == 6 ? -100 : k % 3), valid.push_back(k % 5 != 0);
  const admissible_keys every{},
      of_labels{.anchor_labels = labels, .key_labels = key_labels, .valid = valid, .ignored = {-100}},
      of_samples{.anchor_ids = ids, .key_ids = samples, .anchor_labels = labels, .key_labels = key_labels};
  for (const admissible_keys& all : {every, of_labels, of_samples})
    for (const auto repeat : {replacement::with, replacement::without})
      for (const index_t count : {4, 25}) {  // 25: more than are admissible
        uniform_negatives choose{.draws_of_each = count, .repeat = repeat, .admissible = all};
        const auto together = choose(ids, 30, philox_draws{.seed = 4});
        for (index_t a = 0; a < 9; ++a) {
          const std::vector<index_t> id{a};
          const std::vector<int> label{labels[static_cast<std::size_t>(a)]};
          if (!all.anchor_ids.empty()) choose.admissible.anchor_ids = id;
          if (!all.anchor_labels.empty()) choose.admissible.anchor_labels = label;
          const auto alone = choose(id, 30, philox_draws{.seed = 4});
          CHECK(std::equal(alone.key.begin(), alone.key.end(), together.key.begin() + a * count));
          for (index_t s = 0; s < count; ++s)
            if (alone.key_of(0, s) >= 0) CHECK(all(a, alone.key_of(0, s)));
        }
      }
}

TEST_CASE("Uniform negatives: all keys when there are few, an unbiased sum when corrected, refusals", "[negatives]") {
  const auto one = counted(1);
  const auto few = uniform_negatives{.draws_of_each = 5}(one, 3, philox_draws{});
  CHECK(few.key == std::vector<std::int32_t>{0, 1, 2, -1, -1});
  const auto ids = counted(4000);
  const auto list = uniform_negatives{.draws_of_each = 4, .correction = sampling_correction::inverse_probability}(
      ids, 20, philox_draws{.seed = 3});
  double sum = 0;  // of key^2 over all keys: 2470, estimated 4000 times
  for (std::size_t i = 0; i < list.key.size(); ++i) sum += list.weight[i] * list.key[i] * list.key[i];
  CHECK(sum / 4000 == Approx(2470).margin(4 * 1200 / std::sqrt(4000.0)));
  CHECK_THROWS_WITH((uniform_negatives{.draws_of_each = 5, .strict = true}(one, 3, philox_draws{})),
                    ContainsSubstring("3 admissible keys for 5 draws"));
  CHECK_THROWS_WITH((uniform_negatives{.draws_of_each = 0}(one, 3, philox_draws{})), ContainsSubstring("0 draws"));
  const auto three = counted(3);
  const std::vector<int> labels{0, 1, 0}, key_labels{1, 1, 1};
  const uniform_negatives strict{.admissible = {.anchor_labels = labels, .key_labels = key_labels}, .strict = true};
  CHECK_THROWS_WITH(strict(three, 3, philox_draws{}), ContainsSubstring("anchor 1 has 0 admissible keys"));
}

TEST_CASE("Neighbouring classes are those of largest cosine, whatever the lengths of their rows", "[negatives]") {
  auto table = random_embeddings<double>(6, 4, 5);
  const auto near = class_neighbourhood{.nearest = 2, .draw = neighbour_draw::softmax}.from_embeddings(table);
  for (index_t x = 0; x < 4; ++x) table(3, x) *= 50;
  const auto longer = class_neighbourhood{.nearest = 2, .draw = neighbour_draw::softmax}.from_embeddings(table);
  CHECK(near.neighbour == longer.neighbour);
  for (index_t c = 0; c < 6; ++c) {
    auto cosine_with = [&](index_t other) {
      double dot = 0, square = 0;
      for (index_t x = 0; x < 4; ++x) dot += table(c, x) * table(other, x), square += table(other, x) * table(other, x);
      return dot / std::sqrt(square);
    };
    index_t nearer = 0;  // than the second of the list
    for (index_t other = 0; other < 6; ++other)
      nearer += other != c && cosine_with(other) > cosine_with(near.of(c, 1)) + 1e-12;
    CHECK(nearer == 1);
    CHECK(near.probability_of(c, 0) + near.probability_of(c, 1) == Approx(1));
    CHECK(near.probability_of(c, 0) >= near.probability_of(c, 1));
  }
  matrix<double> zero(3, 2, 1.0);
  zero(1, 0) = zero(1, 1) = 0;
  CHECK_THROWS_WITH(class_neighbourhood{.nearest = 1}.from_embeddings(zero), ContainsSubstring("class 1 has length 0"));
  CHECK_THROWS_WITH(class_neighbourhood{.nearest = 3}.from_similarities(matrix<double>(3, 3)),
                    ContainsSubstring("nearest is 3 of 3 classes"));
  CHECK(class_neighbourhood{.nearest = 2}.from_similarities(matrix<double>(3, 3)).of(2, 0) == 0);  // ties: lower
}

TEST_CASE("Class-conditioned draws follow the table's probabilities and stay in it", "[negatives]") {
  matrix<double> similarity(4, 4);
  similarity(0, 1) = 3, similarity(0, 2) = 1, similarity(0, 3) = -1;
  const auto near =
      class_neighbourhood{.nearest = 2, .draw = neighbour_draw::proportional}.from_similarities(similarity);
  const index_t anchors = 10000;
  const auto ids = counted(anchors);
  const std::vector<index_t> labels(static_cast<std::size_t>(anchors), 0), key_labels{3, 1, 0, 2, 2, 1, 1};
  const auto list = class_conditioned{.draws_of_each = 2, .correction = sampling_correction::inverse_probability}(
      near, labels, ids, key_labels, philox_draws{.seed = 11});
  std::vector<double> seen(5), expected{5000, 2500, 2500, 5000, 5000};
  const std::vector<std::size_t> place{9, 0, 9, 1, 2, 3, 4};
  for (std::size_t i = 0; i < list.key.size(); ++i) {
    const auto at = place[static_cast<std::size_t>(list.key[i])];
    REQUIRE(at < 5);
    seen[at] += 1;
    REQUIRE(list.weight[i] == Approx(20000 / (2 * expected[at])));
  }
  CHECK(chi_square(seen, expected) < 18.5);  // 4 degrees of freedom, one in a thousand

  const auto nearest = class_neighbourhood{.nearest = 1}.from_similarities(similarity);
  for (const std::int32_t key :
       class_conditioned{.draws_of_each = 4}(nearest, labels, ids, key_labels, philox_draws{}).key)
    REQUIRE(key_labels[static_cast<std::size_t>(key)] == 1);
  const std::vector<index_t> no_one{2, 2, 3};
  CHECK_THROWS_WITH((class_conditioned{.strict = true}(near, labels, ids, no_one, philox_draws{})),
                    ContainsSubstring("has no key"));
  for (const std::int32_t key : class_conditioned{.draws_of_each = 2}(near, labels, ids, no_one, philox_draws{}).key)
    REQUIRE((key == 0 || key == 1));
}

TEST_CASE("In a batch, keys of near classes come first and others fill up, but with strict", "[negatives]") {
  matrix<double> similarity(4, 4);
  similarity(0, 1) = 3;
  const auto near = class_neighbourhood{.nearest = 1}.from_similarities(similarity);
  const std::vector<index_t> labels{0, 0}, ids{5, 6}, key_labels{3, 1, 0, 2, 1};
  const auto list = class_conditioned{.draws_of_each = 3}.in_batch(near, labels, ids, key_labels, {}, philox_draws{});
  for (index_t a = 0; a < 2; ++a) {
    CHECK(list.key_of(a, 0) + list.key_of(a, 1) == 5);  // keys 1 and 4
    CHECK((list.key_of(a, 2) == 0 || list.key_of(a, 2) == 3));
  }
  const auto only =
      class_conditioned{.draws_of_each = 3, .strict = true}.in_batch(near, labels, ids, key_labels, {}, philox_draws{});
  CHECK(only.filled(0) == 2);
}

TEST_CASE("Draws from a list of the nearest samples: the first, all alike, or by their weights", "[negatives]") {
  const index_t anchors = 10000;
  ranked_list<double> table{negative_list(anchors, 4), {}};
  for (index_t a = 0; a < anchors; ++a)
    for (index_t s = 0; s < 4; ++s) {
      table.list.put(a, s, 10 + s);
      table.score.push_back(0.4 - 0.1 * static_cast<double>(s));
    }
  const auto ids = counted(anchors);
  auto frequencies = [&](list_draw draw) {
    std::vector<double> seen(4);
    for (const auto key : sample_conditioned{.draw = draw, .temperature = 0.2}(table, ids, philox_draws{.seed = 2}).key)
      seen[static_cast<std::size_t>(key - 10)] += 1;
    return seen;
  };
  CHECK(frequencies(list_draw::first)[0] == 10000);
  CHECK(chi_square(frequencies(list_draw::uniform), {2500, 2500, 2500, 2500}) < 16.3);
  CHECK(chi_square(frequencies(list_draw::proportional), {4000, 3000, 2000, 1000}) < 16.3);
  std::vector<double> softmax{1, std::exp(-0.5), std::exp(-1.0), std::exp(-1.5)};
  const double sum = softmax[0] + softmax[1] + softmax[2] + softmax[3];
  for (double& x : softmax) x *= 10000 / sum;
  CHECK(chi_square(frequencies(list_draw::softmax), softmax) < 16.3);
  const auto two = sample_conditioned{.draws_of_each = 4}(table, ids, philox_draws{});
  CHECK(std::set<std::int32_t>(two.key.begin(), two.key.begin() + 4).size() == 4);
  CHECK_THROWS_WITH((sample_conditioned{.draws_of_each = 5}(table, ids, philox_draws{})),
                    ContainsSubstring("5 draws from lists of 4"));
}
