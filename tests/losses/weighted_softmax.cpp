// SPDX-License-Identifier: BSD-3-Clause
// weighted_softmax over written-out targets, weights, scales and biases against the general dense softmax.
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/matrix.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/weighted_softmax.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// Numbers for every argument of the family; some targets lie on pairs of weight 0, some kappa are 0.
struct dense_case {
  index_t anchors, candidates, width;
  matrix<double> target, weight, scale, bias;
  std::vector<double> kappa, rho;

  explicit dense_case(random_numbers& draw)
      : anchors(draw.between(1, 12)),
        candidates(draw.between(1, 24)),
        width(draw.between(1, 12)),
        target(anchors, candidates),
        weight(anchors, candidates),
        scale(anchors, candidates),
        bias(anchors, candidates) {
    for (double& p : target.entries()) p = draw.chance(0.4) ? draw.uniform(0, 2) : 0;
    for (double& w : weight.entries()) w = draw.chance(0.8) ? draw.uniform(0.1, 2) : 0;
    for (double& s : scale.entries()) s = draw.uniform(-2, 3);
    for (double& b : bias.entries()) b = draw.uniform(-2, 2);
    for (index_t i = 0; i < anchors; ++i) {
      weight(i, draw.below(candidates)) = 1;  // at least one is seen
      kappa.push_back(draw.chance(0.2) ? 0 : draw.uniform(0, 2));
      rho.push_back(draw.chance(0.2) ? 0 : draw.uniform(0, 1));
    }
  }
};

std::vector<long double> widened(const std::vector<double>& numbers) { return {numbers.begin(), numbers.end()}; }

}  // namespace

TEMPLATE_TEST_CASE("weighted_softmax is the general dense softmax", "[contrast]", float, double, long double) {
  value_check<TestType> agrees("softmax_family");
  random_numbers draw(41);
  for (int i = 0; i < 60; ++i) {
    dense_case c(draw);
    const auto a = random_embeddings<TestType>(c.anchors, c.width, draw);
    const auto b = random_embeddings<TestType>(c.candidates, c.width, draw);
    auto logits = reference::products(converted<long double>(a), converted<long double>(b));
    for (index_t r = 0; r < c.anchors; ++r)
      for (index_t j = 0; j < c.candidates; ++j) {
        logits(r, j) *= static_cast<long double>(c.scale(r, j));
        logits(r, j) += static_cast<long double>(c.bias(r, j));
      }
    const long double expected = reference::softmax_family(
        logits, converted<long double>(c.target), converted<long double>(c.weight), widened(c.kappa), widened(c.rho));
    objective criterion{weighted_softmax{.kappa = c.kappa}, dot_product{}, pair_logits(c.scale, c.bias)};
    criterion.reduce = reduction::weighted;
    criterion.weights = c.rho;
    long double mass = 1;  // the bound is of one row with mass 1; here rows add up
    for (index_t r = 0; r < c.anchors; ++r) {
      const auto at = static_cast<std::size_t>(r);
      for (index_t j = 0; j < c.candidates; ++j) mass += static_cast<long double>(c.rho[at] * c.target(r, j));
      mass += static_cast<long double>(c.rho[at] * c.kappa[at]);
    }
    agrees(criterion, matrix_targets(c.target, c.weight), a, b, c.candidates, c.width, largest_entry(logits) * mass,
           expected);
  }
  agrees.bound_is_tight();
}

TEST_CASE("weighted_softmax whose kappa is the target mass is info_nce", "[contrast]") {
  random_numbers draw(42);
  for (int i = 0; i < 20; ++i) {
    dense_case c(draw);
    const auto a = random_embeddings<double>(c.anchors, c.width, draw);
    const auto b = random_embeddings<double>(c.candidates, c.width, draw);
    for (index_t r = 0; r < c.anchors; ++r) {
      double& mass = c.kappa[static_cast<std::size_t>(r)] = 0;
      for (index_t j = 0; j < c.candidates; ++j) mass += c.target(r, j);
    }
    const matrix_targets targets(c.target, c.weight);
    const double general =
        value_of(serial{}, objective{weighted_softmax{.kappa = c.kappa, .temperature = 0.5}, cosine{}}, targets, a, b);
    const double plain = value_of(serial{}, objective{info_nce{.temperature = 0.5}, cosine{}}, targets, a, b);
    CHECK(general == Approx(plain).epsilon(1e-12).margin(1e-12));
  }
}

TEST_CASE("kappa of 0 leaves an empty partition out", "[contrast]") {
  const auto a = random_embeddings<double>(2, 3, 43), b = random_embeddings<double>(4, 3, 44);
  const std::vector<double> kappa{0, 0};
  matrix<double> target(2, 4), weight(2, 4, 1);
  for (index_t j = 0; j < 4; ++j) weight(0, j) = 0;
  target(1, 2) = 1;
  long double expected = 0;
  for (index_t k = 0; k < 3; ++k) expected -= static_cast<long double>(a(1, k)) * static_cast<long double>(b(2, k)) / 2;
  const objective criterion{weighted_softmax{.kappa = kappa}, dot_product{}};
  for_each_engine<double>([&](const auto& executor, const char*) {
    CHECK(error_of(value_of(executor, criterion, matrix_targets(target, weight), a, b).value, expected) < 1e-15L);
  });
}

TEST_CASE("a bias per candidate is a bias per pair that is the same in every row", "[contrast]") {
  random_numbers draw(45);
  const auto a = random_embeddings<double>(5, 3, draw), b = random_embeddings<double>(7, 3, draw);
  const matrix<double> scale(5, 7, 1);
  matrix<double> bias(5, 7), target(5, 7);
  std::vector<double> shared;
  for (index_t j = 0; j < 7; ++j) shared.push_back(draw.normal());
  for (index_t i = 0; i < 5; ++i) {
    for (index_t j = 0; j < 7; ++j) bias(i, j) = shared[static_cast<std::size_t>(j)];
    target(i, i + 1) = 1;
  }
  const info_nce loss{.temperature = 0.7};
  const matrix_targets targets(target);
  CHECK(value_of(serial{}, objective{loss, cosine{}, candidate_bias(shared)}, targets, a, b).value ==
        value_of(serial{}, objective{loss, cosine{}, pair_logits(scale, bias)}, targets, a, b).value);
}
