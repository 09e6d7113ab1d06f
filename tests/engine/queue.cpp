// SPDX-License-Identifier: BSD-3-Clause
// InfoNCE with keys: the own key against a queue, and the keys of the batch.
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/moco.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEMPLATE_TEST_CASE("info_nce of the own key and a queue is MoCo's loss written out", "[contrast]", float, double,
                   long double) {
  value_check<TestType> agrees("info_nce_queue");
  random_numbers draw(31);
  for (int i = 0; i < 60; ++i) {
    const index_t samples = draw.between(1, 12), length = draw.between(1, 40), width = draw.between(1, 20);
    const double temperature = draw.uniform(0.07, 1);
    const auto query = random_embeddings<TestType>(samples, width, draw);
    const auto key = random_embeddings<TestType>(samples, width, draw);
    const auto queue = random_embeddings<TestType>(length, width, draw);
    const long double expected = reference::queue_info_nce(reference::unit(converted<long double>(query)),
                                                           reference::unit(converted<long double>(key)),
                                                           reference::unit(converted<long double>(queue)), temperature);
    agrees(objective{info_nce{.temperature = temperature}, cosine{}}, queue_targets{}, query,
           candidates(own(key), queue), length + 1, width, 1 / reference::wide(temperature), expected);
  }
  agrees.bound_is_tight();
}

TEST_CASE("a segment says for itself whether its rows are made unit rows", "[contrast]") {
  random_numbers draw(32);
  const auto query = random_embeddings<double>(5, 4, draw), key = random_embeddings<double>(5, 4, draw);
  const auto queue = random_embeddings<double>(7, 4, draw);
  const auto wide = [](const matrix<double>& m) { return converted<long double>(m); };
  const auto unit = [&](const matrix<double>& m) { return reference::unit(wide(m)); };
  const info_nce loss{.temperature = 0.5};
  const auto with_cosine =
      value_of(serial{}, objective{loss, cosine{}}, queue_targets{}, query, candidates(own(key), as_given(queue)));
  CHECK(error_of(with_cosine.value, reference::queue_info_nce(unit(query), unit(key), wide(queue), 0.5)) < 1e-13L);
  const auto with_product =
      value_of(serial{}, objective{loss, dot_product{}}, queue_targets{}, query, candidates(as_unit(own(key)), queue));
  CHECK(error_of(with_product.value, reference::queue_info_nce(wide(query), unit(key), wide(queue), 0.5)) < 1e-13L);
}

TEST_CASE("the two sides may be normalised differently", "[contrast]") {
  random_numbers draw(33);
  const auto query = random_embeddings<double>(5, 4, draw), key = random_embeddings<double>(9, 4, draw);
  for (const bool queries : {false, true})
    for (const bool keys : {false, true}) {
      const auto q = converted<long double>(query), k = converted<long double>(key);
      const auto s = reference::products(queries ? reference::unit(q) : q, keys ? reference::unit(k) : k);
      const dot_product similarity{.anchors = queries ? rows::unit : rows::as_given,
                                   .candidates = keys ? rows::unit : rows::as_given};
      const auto value =
          value_of(serial{}, objective{info_nce{.temperature = 0.5}, similarity}, diagonal_targets{}, query, key);
      CHECK(error_of(value.value, reference::n_pair_mix(s, {1, 1, 1, 1, 1}, {0, 1, 2, 3, 4}, 0.5)) < 1e-13L);
    }
}

TEST_CASE("several own keys share the positive mass", "[contrast]") {
  random_numbers draw(34);
  const auto query = random_embeddings<double>(3, 4, draw), queue = random_embeddings<double>(5, 4, draw);
  auto keys = random_embeddings<double>(6, 4, draw);
  const tensor_view<double, 3> two_each{keys.data(), {3, 2, 4}};
  long double expected = 0;
  for (index_t i = 0; i < 3; ++i) {
    const auto logits = [&](const matrix<double>& rows, index_t j) {
      long double x = 0;
      for (index_t k = 0; k < 4; ++k) x += static_cast<long double>(query(i, k)) * static_cast<long double>(rows(j, k));
      return x;
    };
    const long double first = logits(keys, 2 * i), second = logits(keys, 2 * i + 1);
    long double partition = std::exp(first) + std::exp(second);
    for (index_t j = 0; j < 5; ++j) partition += std::exp(logits(queue, j));
    expected += (std::log(partition) - (first + second) / 2) / 3;
  }
  for_each_engine<double>([&](const auto& executor, const char*) {
    const auto value = value_of(executor, objective{info_nce{.temperature = 1}, dot_product{}}, queue_targets{}, query,
                                candidates(own(two_each), queue));
    CHECK(error_of(value.value, expected) < 1e-13L);
    CHECK(value.anchors_used == 3);
  });
}

TEST_CASE("moco() makes unit rows of queries, keys and queue; of_unit_rows_as_given takes them as they are",
          "[contrast]") {
  random_numbers draw(35);
  const auto query = random_embeddings<double>(5, 4, draw), key = random_embeddings<double>(5, 4, draw);
  const auto queue = random_embeddings<double>(7, 4, draw);
  const auto wide = [](const matrix<double>& m) { return converted<long double>(m); };
  const auto unit = [&](const matrix<double>& m) { return reference::unit(wide(m)); };
  const auto with = [&](const auto& criterion) {
    return value_of(tiled{}, criterion, queue_targets{}, query, candidates(own(key), queue)).value;
  };
  CHECK(error_of(with(moco(0.5)), reference::queue_info_nce(unit(query), unit(key), unit(queue), 0.5)) < 1e-13L);
  CHECK(error_of(with(of_unit_rows_as_given(moco(0.5))),
                 reference::queue_info_nce(wide(query), wide(key), wide(queue), 0.5)) < 1e-13L);
  // MoCo-n takes the queue as it is
  const auto keys_and_queue =
      value_of(tiled{}, moco_n(0.5), queue_targets{}, query, candidates(as_unit(own(key)), as_given(queue))).value;
  CHECK(error_of(keys_and_queue, reference::queue_info_nce(unit(query), unit(key), wide(queue), 0.5)) < 1e-13L);
}

TEST_CASE("Segments whose number is known at run time are those of candidates(...)", "[contrast]") {
  random_numbers draw(36);
  const auto query = random_embeddings<double>(5, 4, draw), key = random_embeddings<double>(5, 4, draw);
  std::vector<matrix<double>> queues;
  for (index_t rows = 1; rows <= 6; ++rows) queues.push_back(random_embeddings<double>(rows, 4, draw));
  candidate_segments<double> against;
  against.add(own(key)).add(as_given(queues[0]));
  for (std::size_t s = 1; s < queues.size(); ++s) against.add(queues[s]);
  CHECK(against.each.size() == 7);
  const auto expected =
      value_of(serial{}, moco(0.5), queue_targets{}, query,
               candidates(own(key), as_given(queues[0]), queues[1], queues[2], queues[3], queues[4], queues[5]));
  CHECK(value_of(serial{}, moco(0.5), queue_targets{}, query, against).value == expected.value);

  gradients<double> wanted{.anchors = {}, .stop_gradient = true};
  std::vector<matrix<double>> by_segment{zeros_like(key)};
  for (const auto& queue : queues) by_segment.push_back(zeros_like(queue));
  for (auto& gradient : by_segment) wanted.candidates.push_back(gradient);
  value_and_grad(serial{}, moco(0.5), queue_targets{}, query, against, wanted);
  auto last = zeros_like(queues[5]);
  value_and_grad(serial{}, moco(0.5), queue_targets{}, query,
                 candidates(own(key), as_given(queues[0]), queues[1], queues[2], queues[3], queues[4], queues[5]),
                 {.candidates = {{}, {}, {}, {}, {}, {}, last}, .stop_gradient = true});
  CHECK(by_segment[6] == last);
  CHECK(last != zeros_like(last));
}
