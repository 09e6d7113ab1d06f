// SPDX-License-Identifier: BSD-3-Clause
// A loss of logits that are given: the same as of rows whose products they are, with gradients by the logits.
#include "support/differences.hpp"
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supcon_inside.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// (N, M) logits, and soft targets of any mass, a third of them 0.
struct classified {
  matrix<double> logits = random_embeddings<double>(21, 37, 1);
  matrix<double> targets = random_embeddings<double>(21, 37, 2);
  std::vector<double> bias = std::vector<double>(37, 0.25);
  classified() {
    for (double& x : targets.entries()) x = x < -0.4 ? 0 : x * x;
    for (std::size_t k = 0; k < bias.size(); ++k) bias[k] += 0.01 * static_cast<double>(k);
  }
};

template <class Objective, class Targets>
long double loss_of(const Objective& criterion, const Targets& targets, const matrix<double>& logits) {
  saved_statistics<Objective, double> saved;
  return static_cast<long double>(forward(serial{}, criterion, targets, given_logits{logits}, saved).value);
}

}  // namespace

TEST_CASE("Soft cross-entropy of given logits is its definition, on every engine", "[engine]") {
  const classified c;
  const auto x = converted<long double>(c.logits), p = converted<long double>(c.targets);
  long double expected = 0;
  matrix<long double> by_logits(21, 37), by_targets(21, 37);
  for (index_t i = 0; i < 21; ++i) {
    long double partition = 0, mass = 0;
    for (index_t j = 0; j < 37; ++j) partition += std::exp(x(i, j)), mass += p(i, j);
    for (index_t j = 0; j < 37; ++j) {
      const long double surprise = std::log(partition) - x(i, j);
      expected += p(i, j) * surprise / 21;
      by_logits(i, j) = (mass * std::exp(-surprise) - p(i, j)) / 21;
      by_targets(i, j) = p(i, j) == 0 ? 0 : surprise / 21;
    }
  }
  const objective criterion{info_nce{.temperature = 1}};
  for_each_engine<double>([&](const auto& executor, const char* name) {
    auto logits = zeros_like(c.logits), targets = zeros_like(c.logits);
    const double value = value_and_grad(executor, criterion, matrix_targets{c.targets}, given_logits{c.logits},
                                        {.logits = logits, .targets = targets});
    CHECK(error_of(value, expected) <= 1e-13L);
    check_gradient(name, logits, by_logits);
    for (index_t i = 0; i < 21; ++i)  // only a positive's target is asked for
      for (index_t j = 0; j < 37; ++j)
        if (c.targets(i, j) == 0) targets(i, j) = 0;
    check_gradient(name, targets, by_targets);
  });
}

TEST_CASE("Every gradient of a loss of given logits is the derivative of its value, in both directions", "[engine]") {
  classified c;
  objective criterion{supcon_inside{.temperature = 0.7}, cosine{}, candidate_bias{c.bias}};
  criterion.direction = {.rows = 0.5, .columns = 0.25};
  criterion.scale = 1.3;
  const diagonal_targets targets;
  const auto value = [&] { return loss_of(criterion, targets, c.logits); };
  const auto by_logits = derivative_by(c.logits, 1e-3, value);
  const long double by_temperature = derivative_by(criterion.loss.temperature, 1e-3, value),
                    by_scale = derivative_by(criterion.scale, 1e-3, value);
  for_each_engine<double>([&](const auto& executor, const char* name) {
    auto gradient = zeros_like(c.logits);
    double temperature = 0, scale = 0;
    std::vector<double> bias(c.bias.size());
    const double found =
        value_and_grad(executor, criterion, targets, given_logits{c.logits},
                       {.logits = gradient, .temperature = &temperature, .scale = &scale, .candidate_bias = bias});
    CHECK(error_of(found, value()) <= 1e-12L);
    check_gradient(name, gradient, by_logits);
    check_gradient(name, temperature, by_temperature);
    check_gradient(name, scale, by_scale);
    check_gradient(name, bias[5], derivative_by(c.bias[5], 1e-3, value));
  });
}

TEST_CASE("A loss of the products of rows, given as logits, is the loss of the rows", "[engine]") {
  const auto a = random_embeddings<float>(130, 8, 3), b = random_embeddings<float>(200, 8, 4);
  matrix<float> products(130, 200), by_logits(130, 200), by_pairs(130, 200);
  for (index_t i = 0; i < 130; ++i)
    for (index_t j = 0; j < 200; ++j)
      for (index_t k = 0; k < 8; ++k) products(i, j) += a(i, k) * b(j, k);
  const objective criterion{info_nce{.temperature = 0.5}, dot_product{}};
  for_each_engine<float>([&](const auto& executor, const char*) {
    const float of_rows = value_and_grad(executor, criterion, diagonal_targets{}, a, b, {.pair_bias = by_pairs});
    const float of_logits =
        value_and_grad(executor, criterion, diagonal_targets{}, given_logits{products}, {.logits = by_logits});
    CHECK(of_logits == Approx(of_rows).epsilon(1e-5));
    double apart = 0;
    for (std::size_t i = 0; i < by_logits.entries().size(); ++i)
      apart = std::max(apart, std::abs(static_cast<double>(by_logits.entries()[i] - 2 * by_pairs.entries()[i])));
    CHECK(apart < 1e-6);
  });
}

TEST_CASE("A loss of given logits refuses what does not fit, and no logits are given to a loss of rows", "[engine]") {
  classified c;
  auto gradient = zeros_like(c.logits);
  matrix<double> small(20, 37);
  const objective criterion{info_nce{.temperature = 1}};
  const matrix_targets targets{c.targets};
  const given_logits logits{c.logits};
  const auto refusal = [&](const gradients<double>& wanted) {
    return refusal_of([&] { value_and_grad(serial{}, criterion, targets, logits, wanted); });
  };
  CHECK_THAT(refusal({.logits = small}),
             ContainsSubstring("the gradient by the logits is (20, 37); expected (21, 37)"));
  CHECK_THAT(refusal({.logits = c.logits}), ContainsSubstring("shares memory with the logits"));
  CHECK_THAT(refusal({.anchors = gradient}), ContainsSubstring("the logits are given; ask for .logits"));
  CHECK_THAT(
      refusal_of([&] { value_and_grad(serial{}, criterion, matrix_targets{small}, logits, {.logits = gradient}); }),
      ContainsSubstring("targets are (20, 37) for (21, 37)"));
  CHECK_THAT(refusal_of([&] {
               value_and_grad(serial{}, criterion, view_targets{.samples = 10}, small, small, {.logits = gradient});
             }),
             ContainsSubstring("no logits are given"));
  objective finite{info_nce{.temperature = 1}};
  finite.check_finite = true;
  c.logits(3, 4) = std::nan("");
  CHECK_THAT(refusal_of([&] { loss_of(finite, targets, c.logits); }), ContainsSubstring("given_logits (3, 4) is nan"));
  CHECK(std::isnan(static_cast<double>(loss_of(criterion, targets, c.logits))));
}
