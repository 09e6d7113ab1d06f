// SPDX-License-Identifier: BSD-3-Clause
// Gradients by biases of candidates, and by scales and biases of pairs; own candidates have neither.
#include "support/differences.hpp"
#include "support/engines.hpp"

#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/segments.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEST_CASE("the gradient by candidate biases is the derivative by them, in both directions", "[engine]") {
  random_numbers draw(201);
  for (int i = 0; i < 40; ++i) {
    const index_t number = draw.between(1, 5), candidates = number + draw.below(4), width = 3;
    auto a = random_embeddings<long double>(number, width, draw),
         c = random_embeddings<long double>(candidates, width, draw);
    matrix<double> bias = random_embeddings<double>(1, candidates, draw);
    const directions direction = i % 2 == 0 ? directions{} : directions{0.7, candidates == number ? 0.4 : 0};
    const auto criterion = [&] {
      objective made{info_nce{.temperature = 0.4}, cosine{}, candidate_bias(bias.entries())};
      made.direction = direction;
      return made;
    };
    const auto loss = [&] { return value_of(serial{}, criterion(), diagonal_targets{}, a, c); };
    const auto by_anchors = derivative_by(a, 1e-4, loss), by_bias = derivative_by(bias, 1e-4, loss);
    for_each_engine<double>([&](const auto& executor, const char* engine) {
      INFO(engine << ", case " << i);
      const auto x = converted<double>(a), y = converted<double>(c);
      auto dx = zeros_like(x), db = zeros_like(bias);
      value_and_grad(executor, criterion(), diagonal_targets{}, x, y, {.anchors = dx, .candidate_bias = db.entries()});
      check_gradient("anchors'", dx, by_anchors);
      check_gradient("biases'", db, by_bias);
    });
  }
}

TEST_CASE("gradients by pair scales and biases are the derivatives by them, in both directions", "[engine]") {
  random_numbers draw(202);
  for (int i = 0; i < 40; ++i) {
    const index_t number = draw.between(1, 4), candidates = number + (i % 2 == 0 ? draw.below(4) : 0), width = 3;
    auto a = random_embeddings<long double>(number, width, draw),
         c = random_embeddings<long double>(candidates, width, draw);
    auto scale = random_embeddings<double>(number, candidates, draw),
         bias = random_embeddings<double>(number, candidates, draw);
    const auto criterion = [&] {
      objective made{info_nce{.temperature = 0.7}, dot_product{}, pair_logits(scale, bias)};
      made.direction = i % 2 == 0 ? directions{} : directions{0.6, -0.3};
      made.scale = 0.8;
      return made;
    };
    const auto loss = [&] { return value_of(serial{}, criterion(), diagonal_targets{}, a, c); };
    const auto by_anchors = derivative_by(a, 1e-4, loss), by_candidates = derivative_by(c, 1e-4, loss);
    const auto by_scale = derivative_by(scale, 1e-4, loss), by_bias = derivative_by(bias, 1e-4, loss);
    for_each_engine<double>([&](const auto& executor, const char* engine) {
      INFO(engine << ", case " << i);
      const auto x = converted<double>(a), y = converted<double>(c);
      auto dx = zeros_like(x), dy = zeros_like(y), ds = zeros_like(scale), db = zeros_like(bias);
      value_and_grad(executor, criterion(), diagonal_targets{}, x, y,
                     {.anchors = dx, .candidates = {dy}, .pair_scale = ds, .pair_bias = db});
      check_gradient("anchors'", dx, by_anchors);
      check_gradient("candidates'", dy, by_candidates);
      check_gradient("pair scales'", ds, by_scale);
      check_gradient("pair biases'", db, by_bias);
    });
  }
}

TEST_CASE("biases of candidates are those of the shared ones; an own key has none", "[engine]") {
  random_numbers draw(203);
  auto query = random_embeddings<long double>(3, 4, draw), key = random_embeddings<long double>(3, 4, draw);
  auto queue = random_embeddings<long double>(5, 4, draw);
  matrix<double> bias = random_embeddings<double>(1, 5, draw);
  const auto criterion = [&] {
    return objective{info_nce{.temperature = 1}, dot_product{}, candidate_bias(bias.entries())};
  };
  const auto loss = [&] {
    return value_of(serial{}, criterion(), queue_targets{}, query, candidates(own(key), queue)).value;
  };
  long double expected = 0;
  for (index_t i = 0; i < 3; ++i) {
    long double positive = 0, partition = 0;
    for (index_t k = 0; k < 4; ++k) positive += query(i, k) * key(i, k);
    for (index_t j = 0; j < 5; ++j) {
      auto x = static_cast<long double>(bias(0, j));
      for (index_t k = 0; k < 4; ++k) x += query(i, k) * queue(j, k);
      partition += std::exp(x);
    }
    expected += (std::log(partition + std::exp(positive)) - positive) / 3;
  }
  CHECK(error_of(loss(), expected) < 1e-15L);
  const auto by_bias = derivative_by(bias, 1e-4, loss);
  for_each_engine<double>([&](const auto& executor, const char* engine) {
    INFO(engine);
    const auto q = converted<double>(query), k = converted<double>(key), u = converted<double>(queue);
    auto db = zeros_like(bias);
    value_and_grad(executor, criterion(), queue_targets{}, q, candidates(own(k), u), {.candidate_bias = db.entries()});
    check_gradient("biases'", db, by_bias);
  });
}
