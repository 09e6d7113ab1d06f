// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/negatives/admissible.hpp>
#include <mixcon/negatives/memory/cross_batch_memory.hpp>
#include <mixcon/negatives/memory/memory_queue.hpp>

#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/mixcon.hpp>

#include <deque>

using namespace mixcon;
using namespace mixcon_test;

TEST_CASE("A ring holds the last rows pushed, whatever the sizes of the batches", "[negatives]") {
  random_numbers draw(1);
  for (const index_t capacity : {1, 5, 8}) {
    ring<float> held(capacity, 2);
    std::deque<std::pair<float, std::int64_t>> expected;  // newest first
    for (int pushes = 0; pushes < 40; ++pushes) {
      const index_t count = draw.between(0, capacity);
      matrix<float> rows(count, 2);
      std::vector<std::int64_t> ids, labels;
      for (index_t i = 0; i < count; ++i) {
        rows(i, 0) = rows(i, 1) = static_cast<float>(draw.normal());
        ids.push_back(pushes * 100 + i);
        labels.push_back(-ids.back());
        expected.emplace_front(rows(i, 0), ids.back());
      }
      while (static_cast<index_t>(expected.size()) > capacity) expected.pop_back();
      held.push(rows, ids, labels, pushes);
      REQUIRE(held.size() == static_cast<index_t>(expected.size()));
      for (index_t age = 0; age < held.size(); ++age) {
        const index_t slot = held.slot_of(age);
        CHECK(held.age_of(slot) == age);
        CHECK(held.view()(slot, 1) == expected[static_cast<std::size_t>(age)].first);
        CHECK(held.ids()[slot] == expected[static_cast<std::size_t>(age)].second);
        CHECK(held.labels()[slot] == -held.ids()[slot]);
      }
    }
    const ring<float> restored = held;
    CHECK(restored.rows == held.rows);
    CHECK(restored.head() == held.head());
  }
  ring<half> two_bytes(3, 1);
  two_bytes.push(matrix<float>(2, 1, 0.5f));
  CHECK(static_cast<float>(two_bytes.view()(1, 0)) == 0.5f);
}

TEST_CASE("A ring refuses what does not fit", "[negatives]") {
  CHECK_THROWS_WITH((ring<float>(0, 3)), ContainsSubstring("0 slots of width 3"));
  ring<float> held(2, 3);
  CHECK_THROWS_WITH(held.push(matrix<float>(3, 3)), ContainsSubstring("(3, 3) into 2 slots"));
  CHECK_THROWS_WITH(held.push(matrix<float>(1, 2)), ContainsSubstring("width 3"));
  CHECK_THROWS_WITH(held.slot_of(0), ContainsSubstring("age 0 of 0 rows"));
  memory_queue<float> queue(2, 3);
  CHECK_THROWS_WITH(queue.enqueue(matrix<float>(1, 3, 1.0f)), ContainsSubstring("squared length 3"));
  cross_batch_memory<float> memory(2, 3);
  CHECK_THROWS_WITH(memory.push(matrix<float>(1, 3), {}), ContainsSubstring("0 labels for 1 rows"));
}

TEST_CASE("A queue as long as a batch holds exactly the batch before, which are the negatives", "[negatives]") {
  memory_queue<double> queue(4, 3);
  queue.normalised = false;
  const auto first = random_embeddings<double>(4, 3, 1), second = random_embeddings<double>(4, 3, 2);
  const auto q = random_embeddings<double>(4, 3, 3);
  queue.enqueue(first);
  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  matrix<double> by_q(4, 3);
  const auto by_queue =
      value_and_grad(serial{}, criterion, queue_targets{}, q, candidates(own(second), queue.rows()), {.anchors = by_q});
  const auto by_hand =
      value_and_grad(serial{}, criterion, queue_targets{}, q, candidates(own(second), first), {.anchors = by_q});
  CHECK(by_queue.value == by_hand.value);
  queue.enqueue(second);
  CHECK(queue.rows()(2, 1) == second(2, 1));
}

TEST_CASE("Keys of the anchor's own id are hidden in a queue", "[negatives]") {
  const auto q = random_embeddings<double>(2, 3, 1), k = random_embeddings<double>(2, 3, 2);
  const auto bank = random_embeddings<double>(3, 3, 4);
  const std::vector<int> ids{0, 1}, key_ids{5, 0, 1};
  const own_targets<every_positive, admissible_targets> targets{{}, {{.anchor_ids = ids, .key_ids = key_ids}}};
  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  matrix<double> by_q(2, 3), hand(2, 3);
  const auto hidden = value_and_grad(tiled{}, criterion, targets, q, candidates(own(k), bank), {.anchors = by_q});
  double expected = 0;
  for (index_t a = 0; a < 2; ++a) {
    matrix<double> keys(2, 3);
    index_t next = 0;
    for (index_t c = 0; c < 3; ++c)
      if (key_ids[static_cast<std::size_t>(c)] != a) {
        for (index_t x = 0; x < 3; ++x) keys(next, x) = bank(c, x);
        ++next;
      }
    const auto one = rows_of(q, a, 1), key = rows_of(k, a, 1);
    matrix<double> grad(1, 3);
    expected +=
        value_and_grad(serial{}, criterion, queue_targets{}, one, candidates(own(key), keys), {.anchors = grad}).value /
        2;
  }
  CHECK(hidden.value == Approx(expected).epsilon(1e-13));
}

TEST_CASE("A cross-batch memory hides each anchor's own slot once, also after it has wrapped around", "[negatives]") {
  cross_batch_memory<double> memory(5, 3);
  const std::vector<int> labels{0, 1, 0};
  const objective criterion{info_nce{.temperature = 0.5}, cosine{}};
  for (std::uint64_t step = 0; step < 4; ++step) {
    const auto z = random_embeddings<double>(3, 3, step);
    memory.push(z, labels);
    matrix<double> by_z(3, 3);
    const auto found = value_and_grad(tiled{}, criterion, memory.targets(labels), z, memory.rows(), {.anchors = by_z});
    double expected = 0;
    for (index_t a = 0; a < 3; ++a) {
      double partition = 0, positive = 0;
      index_t hidden = 0, positives = 0;
      for (index_t c = 0; c < memory.size(); ++c) {
        double dot = 0, aa = 0, cc = 0, same = 0;
        for (index_t x = 0; x < 3; ++x) {
          const double key = memory.rows()(c, x);
          dot += z(a, x) * key, aa += z(a, x) * z(a, x), cc += key * key, same += key == z(a, x);
        }
        if (same == 3) {
          ++hidden;
          continue;
        }
        const double logit = dot / std::sqrt(aa * cc) / 0.5;
        partition += std::exp(logit);
        if (memory.stored().label[static_cast<std::size_t>(c)] == labels[static_cast<std::size_t>(a)])
          positive += logit, ++positives;
      }
      CHECK(hidden == 1);
      if (positives > 0) expected += (std::log(partition) - positive / static_cast<double>(positives)) / 3;
    }
    CHECK(found.value == Approx(expected).epsilon(1e-12));
  }
}
