// SPDX-License-Identifier: BSD-3-Clause
// Losses of aligned rows, of class scores and of mixed classifiers as operators.
#include "autograd/aligned_loss_node.hpp"
#include "autograd/class_loss_node.hpp"
#include "autograd/mixed_classifier_node.hpp"
#include "autograd/operators.hpp"
#include "trainer/autograd/gradient_check.hpp"

#include <mixcon/losses/barlow_twins.hpp>
#include <mixcon/losses/byol.hpp>
#include <mixcon/losses/decoupled_mixup.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/losses/relational_distillation.hpp>
#include <mixcon/losses/soft_binary_cross_entropy.hpp>
#include <mixcon/losses/vicreg.hpp>

#include <cmath>

using namespace mixcon_train;

TEST_CASE("losses of aligned rows have gradients by both sides, or hold the second constant", "[autograd]") {
  reference_device on;
  const auto x = random_variable(on, {5, 3}, 1), y = random_variable(on, {5, 3}, 2);
  check_gradients("barlow_twins", {x, y}, [&] { return aligned_loss(mixcon::barlow_twins{.redundancy = 0.1}, x, y); });
  check_gradients("vicreg", {x, y}, [&] { return aligned_loss(mixcon::vicreg{}, x, y); });
  const auto held = [&](const char* name, const auto& loss) {
    check_gradients(name, {x}, [&] { return aligned_loss(loss, x, y); });
    backward(aligned_loss(loss, x, y));
    CHECK(!y.gradient());
    x.clear_gradient();
  };
  held("byol", mixcon::byol{});
  held("simsiam", mixcon::simsiam());
  held("knowledge_distillation", mixcon::knowledge_distillation{.temperature = 3});
  held("relational_distillation", mixcon::relational_distillation{});
}

TEST_CASE("the cross entropy of scores is its definition, of plain and of mixed labels", "[autograd]") {
  reference_device on;
  const auto scores = random_variable(on, {4, 3}, 3);
  const mixcon::pair_targets mixed{{0, 1, 2, 2}, {1, 1, 0, 2}, {0.25, 0.5, 0, 1}};
  const auto rows = numbers_in(scores);
  double expected = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    double partition = 0;
    for (std::size_t k = 0; k < 3; ++k) partition += std::exp(rows[i * 3 + k]);
    const auto surprise = [&](index_t label) {
      return std::log(partition) - rows[i * 3 + static_cast<std::size_t>(label)];
    };
    expected += (mixed.lambda[i] * surprise(mixed.own[i]) + (1 - mixed.lambda[i]) * surprise(mixed.partner[i])) / 4;
  }
  CHECK(cross_entropy(scores, mixed).number() == Approx(expected).epsilon(1e-12));
  check_gradients("mixed", {scores}, [&] { return cross_entropy(scores, mixed); });
  check_gradients("plain", {scores}, [&] { return cross_entropy(scores, std::vector<int>{2, 0, 1, 1}); });
  CHECK_THROWS_WITH(cross_entropy(scores, std::vector<int>{0, 1, 2, 3}), ContainsSubstring("is 3 for 3 classes"));
}

TEST_CASE("other losses of scores are operators too", "[autograd]") {
  reference_device on;
  const auto scores = random_variable(on, {3, 4}, 4);
  const mixcon::pair_targets mixed{{0, 1, 2}, {3, 1, 0}, {0.25, 0.5, 0.7}};
  check_gradients("decoupled_mixup", {scores},
                  [&] { return class_score_loss(mixcon::decoupled_mixup{}, mixed, scores); });
  const std::vector<double> labels{1, 0, 0.5, 0, 0, 0.2, 0.8, 0, 0, 0, 0, 1};
  const mixcon::matrix_view<const double> soft(labels.data(), {3, 4});
  check_gradients("soft_binary_cross_entropy", {scores},
                  [&] { return class_score_loss(mixcon::soft_binary_cross_entropy{}, soft, scores); });
}

TEST_CASE("mixed classifiers pass gradients to features, weights and bias", "[autograd]") {
  reference_device on;
  const auto features = random_variable(on, {3, 4}, 5), weights = random_variable(on, {5, 4}, 6),
             bias = random_variable(on, {5}, 7);
  const mixcon::pair_targets mixed{{0, 1, 4}, {3, 1, 0}, {0.25, 0.5, 0.7}};
  const auto loss = [&] {
    return mixed_classifier_loss(mixcon::infinite_class_mixup{}, mixed, features, weights, bias);
  };
  double expected = 0;
  const auto x = numbers_in(features), w = numbers_in(weights), b = numbers_in(bias);
  const auto logit = [&](std::size_t i, std::size_t j) {
    const auto own = static_cast<std::size_t>(mixed.own[j]), other = static_cast<std::size_t>(mixed.partner[j]);
    double sum = mixed.lambda[j] * b[own] + (1 - mixed.lambda[j]) * b[other];
    for (std::size_t k = 0; k < 4; ++k)
      sum += x[i * 4 + k] * (mixed.lambda[j] * w[own * 4 + k] + (1 - mixed.lambda[j]) * w[other * 4 + k]);
    return sum;
  };
  for (std::size_t i = 0; i < 3; ++i) {
    double across = 0, down = 0;
    for (std::size_t j = 0; j < 3; ++j) across += std::exp(logit(i, j)), down += std::exp(logit(j, i));
    expected += (std::log(across) + std::log(down) - 2 * logit(i, i)) / 3;
  }
  CHECK(loss().number() == Approx(expected));
  check_gradients("mixed classifiers", {features, weights, bias}, loss);
}
