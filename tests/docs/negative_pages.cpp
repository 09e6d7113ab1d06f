// SPDX-License-Identifier: BSD-3-Clause
// What docs/negatives/ shows.
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>

#include <cmath>

using namespace mixcon;

namespace {

constexpr index_t batch = 6, width = 4, pool = 20;

mixcon_test::matrix<double> some_rows(index_t number, unsigned seed) {
  return mixcon_test::random_embeddings<double>(number, width, seed);
}
mixcon_test::matrix<double> unit_rows(index_t number, unsigned seed) {
  auto rows = some_rows(number, seed);
  for (index_t i = 0; i < number; ++i) {
    double square = 0;
    for (index_t k = 0; k < width; ++k) square += rows(i, k) * rows(i, k);
    for (index_t k = 0; k < width; ++k) rows(i, k) /= std::sqrt(square);
  }
  return rows;
}

/// Anchors with their samples' ids and labels, and keys with theirs.
struct keyed_rows {
  mixcon_test::matrix<double> z = some_rows(batch, 1), positives = some_rows(batch, 2), keys = some_rows(pool, 3);
  std::vector<index_t> ids{0, 1, 2, 3, 4, 5}, key_ids;
  std::vector<int> labels{0, 1, 2, 0, 1, 2}, key_labels;
  keyed_rows() {
    for (index_t j = 0; j < pool; ++j) key_ids.push_back(j), key_labels.push_back(static_cast<int>(j % 4));
  }
};
const objective criterion{info_nce{.temperature = 0.2}, cosine{}};

}  // namespace

TEST_CASE("The calls on the pages of memories run", "[docs]") {
  auto [z, positives, keys, ids, key_ids, labels, key_labels] = keyed_rows{};
  mixcon_test::matrix<double> by_z(batch, width);
  {
    const auto q = z, k = unit_rows(batch, 4);
    auto by_q = by_z;
    memory_queue<double> queue(64, width);
    queue.enqueue(unit_rows(batch, 5));
    // memory_queue.md
    const auto loss =
        value_and_grad(tiled{}, moco(0.07), queue_targets{}, q, candidates(own(k), queue.rows()), {.anchors = by_q});
    queue.enqueue(k);  // after the loss: no key is a negative of its own step

    CHECK(loss.value > 0);
    CHECK(queue.size() == 2 * batch);
  }
  {
    cross_batch_memory<double> memory(64, width);
    // cross_batch_memory.md
    memory.push(z, labels);
    const auto beyond = value_and_grad(tiled{}, criterion, memory.targets(labels), z, memory.rows(), {.anchors = by_z});

    CHECK(beyond.anchors_used == batch);
  }
  {
    // instance_bank.md
    instance_bank<double> bank(50000, width);  // a row for each sample of the data set
    bank.update(z, ids);

    CHECK(bank.samples == 50000);
  }
  {
    // ring.md
    ring<double> held(64, width);
    held.push(z, ids, labels);
    const index_t newest = held.slot_of(0);

    CHECK(newest == batch - 1);
  }
}

TEST_CASE("The calls on the pages of nearest and drawn negatives run", "[docs]") {
  auto [z, positives, keys, ids, key_ids, labels, key_labels] = keyed_rows{};
  const std::uint64_t step = 7;
  {
    mixcon_test::matrix<double> by_z(batch, width), by_keys(pool, width), by_positives(batch, width);
    // lists
    const admissible_keys other_classes{.anchor_labels = labels, .key_labels = key_labels};
    const auto hardest = top_k{.k = 4, .admissible = other_classes}(tiled{}, cosine{}, z, keys);
    const auto rows = own_rows(hardest.list, keys, positives);  // each anchor's positive, then its negatives

    // their loss and gradients
    auto by_rows = rows;
    value_and_grad(tiled{}, criterion, listed_targets{hardest.list}, z, candidates(own(rows.view())),
                   {.anchors = by_z, .candidates = {by_rows.view()}});
    add_to_keys(hardest.list, by_rows, view<2>(by_keys), view<2>(by_positives));

    CHECK(by_positives(0, 0) != 0);
    CHECK(key_labels[static_cast<std::size_t>(hardest.list.key_of(0, 0))] != labels[0]);
  }
  {
    // top_k.md
    const auto hardest = top_k{.k = 4}(tiled{}, cosine{}, z, keys);
    const auto best = hardest.list.key_of(0, 0);  // the position of anchor 0's most similar key
    const auto score = hardest.score_of(0, 0);

    CHECK((best >= 0 && score <= 1));
  }
  {
    // README.md
    negative_list list;
    rows_of_anchors<double> rows;
    workspace memory;
    // list, rows and memory are kept: negative_list, rows_of_anchors<double>, workspace
    const uniform_negatives sampled{.draws_of_each = 5};
    sampled.draw_again(list, ids, pool, philox_draws{.seed = 1, .step = step}, memory);
    own_rows_again(rows, list, keys, positives);

    CHECK(rows.each == 6);
  }
  {
    // uniform_negatives.md
    const auto list = uniform_negatives{.draws_of_each = 5}(ids, pool, philox_draws{.seed = 1, .step = step});

    CHECK(list.slots == 5);
  }
  {
    const auto word_vectors = some_rows(4, 8);
    // class_conditioned.md
    const auto near = class_neighbourhood{.nearest = 2}.from_embeddings(word_vectors);  // once
    const class_conditioned choose{.draws_of_each = 3};
    const auto list = choose(near, labels, ids, key_labels, philox_draws{.seed = 1, .step = step});

    CHECK(list.slots == 3);
  }
  {
    // sample_conditioned.md
    const auto table = top_k{.k = 16}(tiled{}, cosine{}, z, keys);  // once, or every few steps
    const auto list = sample_conditioned{.draws_of_each = 2}(table, ids, philox_draws{.seed = 1, .step = step});

    CHECK(list.slots == 2);
  }
  {
    // distance_weighted.md
    const auto list =
        distance_weighted{.draws_of_each = 3}(tiled{}, z, keys, ids, philox_draws{.seed = 1, .step = step});

    CHECK(list.slots == 3);
  }
  {
    // semi_hard.md
    const semi_hard choose{.margin = 0.2};
    const auto list = choose(tiled{}, z, positives, keys, ids, philox_draws{.seed = 1, .step = step});

    CHECK(list.slots == 1);
  }
  {
    std::vector<double> numbers;
    for (index_t k = 0; k < batch * 2 * width; ++k) numbers.push_back(philox_draws{.seed = 9}.normal("support", k));
    const auto support = as_tensor<3>(numbers, {batch, 2, width});
    mixcon_test::matrix<double> by_z(batch, width);
    // false_negatives.md
    const auto suspected = false_negatives{.most = 3, .threshold = 0.4}(tiled{}, cosine{}, support, keys);
    const false_negative_targets targets{&suspected, false_negative::attract};
    const auto loss =
        value_and_grad(tiled{}, criterion, targets, z, candidates(own(positives), keys), {.anchors = by_z});

    CHECK(loss.anchors_used == batch);
  }
}

TEST_CASE("The calls on the pages of synthetic negatives run", "[docs]") {
  auto [z, positives, keys, ids, key_ids, labels, key_labels] = keyed_rows{};
  mixcon_test::matrix<double> by_z(batch, width);
  const std::uint64_t step = 7;
  // latent_mixup.md
  const auto list = uniform_negatives{.draws_of_each = 6}(ids, pool, philox_draws{.seed = 1, .step = step});
  const auto mixtures = latent_mixup{}.mixtures(list, ids, philox_draws{.seed = 1, .step = step});
  const synthetic_negatives mixed(cosine{}, mixtures, z, positives, keys);
  const auto loss = value_and_grad(tiled{}, criterion, listed_targets{mixed.list}, z,
                                   candidates(own(mixed.own_candidates.view()), keys), {.anchors = by_z});

  CHECK(loss.anchors_used == batch);
}
