// SPDX-License-Identifier: BSD-3-Clause
// Negatives into what the caller keeps: the same as new ones, whatever stood there, and without an allocation once
// calls of this size have been made.
#include "support/catch.hpp"
#include "support/counted_allocations.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/similarity.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/negatives/all_negatives.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t anchors = 40, keys = 70, classes = 7, width = 6;

/// How often `call` allocates once it has been made before.
template <class Call>
long allocations_of(Call&& call) {
  call();
  const long before = allocations;
  call(), call();
  return allocations - before;
}

std::vector<index_t> counted(index_t number) {
  std::vector<index_t> ids(static_cast<std::size_t>(number));
  std::iota(ids.begin(), ids.end(), index_t{0});
  return ids;
}
std::vector<int> labels_of(index_t number) {
  std::vector<int> labels;
  for (index_t i = 0; i < number; ++i) labels.push_back(static_cast<int>(i % classes));
  return labels;
}
bool same_list(const ranked_list<float>& a, const ranked_list<float>& b) {
  return a.list == b.list && a.score == b.score;
}

struct batch {
  matrix<float> z = random_embeddings<float>(anchors, width, 1),
                positives = random_embeddings<float>(anchors, width, 2),
                others = random_embeddings<float>(keys, width, 3);
  std::vector<index_t> ids = counted(anchors);
  std::vector<int> labels = labels_of(anchors), key_labels = labels_of(keys);
  admissible_keys other_classes{.anchor_labels = labels, .key_labels = key_labels};
  philox_draws draws{.seed = 4, .step = 2};
  negative_list used = negative_list(3, 90);  // larger in one extent, smaller in the other, and not empty
  workspace memory{};

  batch() { used.put(1, 2, 5, 7); }
  /// Calls again(list) on a used list, and expects what a new one has.
  template <class Again>
  void draws_the_same(const char* what, const negative_list& expected, Again&& again) {
    INFO(what);
    CHECK(expected.filled(0) > 0);
    const long count = allocations_of([&] { again(used); });
    CHECK(count == 0);
    CHECK(used == expected);
  }
};

}  // namespace

TEST_CASE("Negatives drawn again into a list allocate nothing with a workspace", "[negatives]") {
  batch b;
  for (const auto repeat : {replacement::with, replacement::without}) {
    const uniform_negatives uniform{.draws_of_each = 9, .repeat = repeat, .admissible = b.other_classes};
    b.draws_the_same("uniform_negatives", uniform(b.ids, keys, b.draws),
                     [&](negative_list& list) { uniform.draw_again(list, b.ids, keys, b.draws, b.memory); });
  }

  const matrix<double> similarity = random_embeddings<double>(classes, classes, 5);
  const class_neighbourhood around{.nearest = 3, .draw = neighbour_draw::softmax};
  const class_neighbours near_classes = around.from_similarities(similarity);
  class_neighbours again = class_neighbourhood{.nearest = 2}.from_similarities(matrix<double>(4, 4, 1.0));
  CHECK(allocations_of([&] { around.from_similarities_again(again, similarity, b.memory); }) == 0);
  CHECK(again.neighbour == near_classes.neighbour);
  CHECK(again.probability == near_classes.probability);
  const class_conditioned of_class{.draws_of_each = 8, .correction = sampling_correction::inverse_probability};
  std::vector<int> some_classes(static_cast<std::size_t>(keys), 2);  // tables are made of the others
  for (std::vector<int>* key_labels : {&b.key_labels, &some_classes}) {
    const auto expected = of_class(near_classes, b.labels, b.ids, *key_labels, b.draws);
    CHECK(std::any_of(expected.key.begin(), expected.key.end(), [](std::int32_t key) { return key >= 0; }));
    CHECK(allocations_of(
              [&] { of_class.draw_again(b.used, again, b.labels, b.ids, *key_labels, b.draws, b.memory); }) == 0);
    CHECK(b.used == expected);
  }
  b.draws_the_same("class_conditioned in batch",
                   of_class.in_batch(near_classes, b.labels, b.ids, b.key_labels, {}, b.draws),
                   [&](negative_list& list) {
                     of_class.in_batch_again(list, again, b.labels, b.ids, b.key_labels, {}, b.draws, b.memory);
                   });

  const auto table = top_k{.k = 30, .admissible = b.other_classes}(serial{}, cosine{}, b.z, b.others);
  const sample_conditioned of_sample{.draws_of_each = 5, .draw = list_draw::softmax};
  b.draws_the_same("sample_conditioned", of_sample(table, b.ids, b.draws),
                   [&](negative_list& list) { of_sample.draw_again(list, table, b.ids, b.draws, b.memory); });
}

TEST_CASE("Negatives searched again into a list allocate nothing with a workspace", "[negatives]") {
  batch b;
  const auto on = [&](const char* name, const auto& executor) {
    INFO(name);
    const distance_weighted weighted{.draws_of_each = 4, .admissible = b.other_classes};
    b.draws_the_same("distance_weighted", weighted(executor, b.z, b.others, b.ids, b.draws), [&](negative_list& list) {
      weighted.draw_again(list, executor, b.z, b.others, b.ids, b.draws, b.memory);
    });
    const semi_hard in_band{.margin = 0.4, .admissible = b.other_classes};
    b.draws_the_same("semi_hard", in_band(executor, b.z, b.positives, b.others, b.ids, b.draws),
                     [&](negative_list& list) {
                       in_band.draw_again(list, executor, b.z, b.positives, b.others, b.ids, b.draws, b.memory);
                     });
    ranked_list<float> found{negative_list(2, 3), std::vector<float>(6, 9.0F)};
    const auto check_found = [&](const auto& similarity) {
      const top_k nearest{.k = 12, .admissible = b.other_classes};
      const auto expected = nearest(executor, similarity, b.z, b.others);
      const auto search = [&] { nearest.find_again(found, executor, similarity, b.z, b.others, b.memory); };
      CHECK(allocations_of(search) == 0);
      CHECK(same_list(found, expected));
    };
    check_found(cosine{}), check_found(negative_distance{});
  };
  on("serial", serial{});
  on("tiled", tiled{.threads = 1});
}

TEST_CASE("Rows of anchors and synthetic negatives made again allocate nothing", "[negatives]") {
  batch b;
  const auto list = uniform_negatives{.draws_of_each = 6}(b.ids, keys, b.draws);
  auto rows = own_rows(negative_list(3, 2), b.others);
  CHECK(allocations_of([&] { own_rows_again(rows, list, b.others, b.positives); }) == 0);
  CHECK(rows.numbers == own_rows(list, b.others, b.positives).numbers);
  CHECK(allocations_of([&] { own_rows_again(rows, list, b.others); }) == 0);
  CHECK(rows.numbers == own_rows(list, b.others).numbers);
  CHECK(rows.each == 6);

  const latent_mixup mixes{.between = latent_pair::positive_negative, .alpha = 2};
  mixture_list mixtures(90, 1);
  const auto mixtures_of = [](const mixture_list& from) {
    std::vector<double> all{static_cast<double>(from.anchors), static_cast<double>(from.each)};
    for (const mixture& m : from.of)
      all.insert(all.end(), {static_cast<double>(m.first), static_cast<double>(m.second), m.share});
    return all;
  };
  CHECK(allocations_of([&] { mixes.mixtures_again(mixtures, list, b.ids, b.draws); }) == 0);
  CHECK(mixtures_of(mixtures) == mixtures_of(mixes.mixtures(list, b.ids, b.draws)));

  const mochi hard{.hardest = 6, .mixed = 3, .query_mixed = 2};
  mochi_plan plan = hard.plan(2, b.draws);
  mixture_list of_hard(1, 1);
  CHECK(allocations_of([&] {
          hard.plan_again(plan, anchors, b.draws);
          hard.mixtures_again(of_hard, list, plan);
        }) == 0);
  CHECK(mixtures_of(of_hard) == mixtures_of(hard.mixtures(list, hard.plan(anchors, b.draws))));

  const synthetic_negatives expected(cosine{}, mixtures, b.z, b.positives, b.others, mixing_path::arc);
  synthetic_negatives<float> made;
  CHECK(allocations_of(
            [&] { made.mix_again(cosine{}, mixtures, b.z, b.positives, b.others, mixing_path::arc, b.memory); }) == 0);
  CHECK(made.own_candidates.numbers == expected.own_candidates.numbers);
  CHECK(made.list == expected.list);
  auto by_z = zeros_like(b.z), by_keys = zeros_like(b.others), by_z_again = zeros_like(b.z),
       by_keys_again = zeros_like(b.others);
  expected.add_to_sources(expected.own_candidates, {.anchors = by_z, .keys = by_keys});
  made.add_to_sources(made.own_candidates, {.anchors = by_z_again, .keys = by_keys_again}, b.memory);
  CHECK(by_z_again == by_z);
  CHECK(by_keys_again == by_keys);
  CHECK(allocations_of([&] {
          made.add_to_sources(made.own_candidates, {.anchors = by_z_again, .keys = by_keys_again}, b.memory);
        }) == 0);
}

TEST_CASE("A bank that moves rows in a workspace allocates nothing", "[negatives]") {
  batch b;
  instance_bank<float> bank(200, width), plain(200, width);
  for (int step = 0; step < 3; ++step) plain.update(b.z, b.ids);
  CHECK(allocations_of([&] { bank.update(b.z, b.ids, b.memory); }) == 0);
  CHECK(bank.rows == plain.rows);
}

TEST_CASE("What a call refuses is left as it was", "[negatives]") {
  batch b;
  const negative_list before = b.used;
  CHECK_THROWS(uniform_negatives{.draws_of_each = 0}.draw_again(b.used, b.ids, keys, b.draws, b.memory));
  CHECK_THROWS(sample_conditioned{.draws_of_each = 2}.draw_again(b.used, ranked_list<float>{}, b.ids, b.draws));
  CHECK(b.used == before);
}
