// SPDX-License-Identifier: BSD-3-Clause
// Hard negatives, weighted decoupling and sigmoids: reductions to each other. Values and gradients are the case
// table's.
#include "support/agreement.hpp"
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/view.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/siglip.hpp>
#include <mixcon/losses/weighted_decoupled.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {
constexpr index_t samples = 5;
const view_targets views{.samples = samples};
}  // namespace

TEST_CASE("hard_negative as its page calls it; the debiased loss is that of concentration 0", "[contrast]") {
  const auto z = random_embeddings<double>(2 * samples, 4, 51);
  auto gradient = zeros_like(z), plain = zeros_like(z);
  const objective hard{hard_negative{.temperature = 0.5, .concentration = 1, .positive_prior = 0.1}, cosine{}};
  const double loss = value_and_grad(tiled{}, hard, view_targets{.samples = samples}, z, gradient);
  const objective without{debiased(0.5, 0.1), cosine{}};
  CHECK(loss > value_and_grad(tiled{}, without, views, z, plain));
  CHECK(without.loss.concentration == 0);
}

TEST_CASE("hard_negative without concentration and prior is NT-Xent", "[contrast]") {
  const auto z = random_embeddings<double>(2 * samples, 4, 52);
  auto one = zeros_like(z), other = zeros_like(z);
  const objective reduced{debiased(0.2, 0), cosine{}};
  const objective nt_xent{info_nce{.temperature = 0.2}, cosine{}};
  CHECK(value_and_grad(tiled{}, reduced, views, z, one) ==
        Approx(value_and_grad(tiled{}, nt_xent, views, z, other)).epsilon(1e-13));
  CHECK(largest_difference(one, other) < 1e-13L);
}

TEST_CASE("hard_negative stands on its floor where the prior explains all negatives", "[contrast]") {
  matrix<double> z(4, 2);  // all rows equal: with a prior of 0.6 the estimate is (1 - 0.6) / 0.4 of e^(1/t), no floor
  for (index_t i = 0; i < 4; ++i) z(i, 0) = 1;
  z(1, 0) = z(3, 0) = -1;  // the negatives are opposite: the estimate is below the floor
  auto gradient = zeros_like(z);
  const objective hard{hard_negative{.temperature = 0.5, .concentration = 1, .positive_prior = 0.6}, cosine{}};
  const double loss = value_and_grad(tiled{}, hard, view_targets{.samples = 2}, z, gradient);
  CHECK(loss == Approx(std::log1p(2 * std::exp(-2 / 0.5))).epsilon(1e-13));
}

TEST_CASE("the weighted decoupled loss as its page calls it", "[contrast]") {
  const auto z = random_embeddings<double>(2 * samples, 4, 53);
  auto gradient = zeros_like(z);
  const std::vector<double> weights = decoupled_weights(z, 0.5);
  const double loss = value_and_grad(tiled{}, weighted_decoupled(0.1),
                                     weighted_view_targets{.weights = mixcon::view(weights)}, z, gradient);
  CHECK(std::isfinite(loss));
  double mean = 0;
  for (const double v : weights) mean += v / static_cast<double>(samples);
  CHECK(mean == Approx(1).epsilon(1e-13));
}

TEST_CASE("with positives that are equally alike, the weighted decoupled loss is the decoupled one", "[contrast]") {
  auto z = random_embeddings<double>(2 * samples, 4, 54);
  for (index_t i = 0; i < samples; ++i)
    for (index_t k = 0; k < 4; ++k) z(i + samples, k) = 2 * z(i, k);
  auto one = zeros_like(z), other = zeros_like(z);
  const std::vector<double> weights = decoupled_weights(z);
  const objective criterion{decoupled{}, cosine{}};
  CHECK(value_and_grad(tiled{}, criterion, weighted_view_targets{.weights = mixcon::view(weights)}, z, one) ==
        Approx(value_and_grad(tiled{}, criterion, views, z, other)).epsilon(1e-13));
  CHECK(largest_difference(one, other) < 1e-12L);
  CHECK_THROWS_WITH(decoupled_weights(rows_of(z, 0, 3)), ContainsSubstring("embeddings are (3, 4)"));
}

TEST_CASE("a pair that has most of the softmax repels: its weight is negative", "[contrast]") {
  matrix<double> z(6, 2);
  for (index_t i = 0; i < 6; ++i) z(i, 0) = i < 3 || i == 3 ? 1 : -1;  // sample 0 agrees, the others are opposite
  const std::vector<double> weights = decoupled_weights(z, 0.3);
  CHECK(weights[0] < 0);
  CHECK(weights[1] > 1);
  auto gradient = zeros_like(z);
  const double loss = value_and_grad(tiled{}, objective{decoupled{}, cosine{}},
                                     weighted_view_targets{.weights = mixcon::view(weights)}, z, gradient);
  CHECK(std::isfinite(loss));
}

TEST_CASE("siglip as its page calls it, and the same with images and texts exchanged", "[contrast]") {
  const auto images = random_embeddings<double>(samples, 4, 55), texts = random_embeddings<double>(samples, 4, 56);
  auto by_images = zeros_like(images), by_texts = zeros_like(texts);
  double by_scale = 0, by_bias = 0;
  objective sigmoid{siglip{}, cosine{}, plain_logits{.bias = -10}};
  sigmoid.scale = 10;
  const double loss =
      value_and_grad(tiled{}, sigmoid, diagonal_targets{}, images, texts,
                     {.anchors = by_images, .candidates = {by_texts}, .scale = &by_scale, .bias = &by_bias});
  auto swapped_texts = zeros_like(texts), swapped_images = zeros_like(images);
  CHECK(loss == Approx(value_and_grad(tiled{}, sigmoid, diagonal_targets{}, texts, images,
                                      {.anchors = swapped_texts, .candidates = {swapped_images}}))
                    .epsilon(1e-14));
  CHECK(largest_difference(by_images, swapped_images) < 1e-14L);
  CHECK(by_bias < 0);
}
