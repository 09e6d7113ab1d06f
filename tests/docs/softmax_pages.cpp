// SPDX-License-Identifier: BSD-3-Clause
// What the pages of MoCo, CLIP, SupMix, Un-Mix and BYOL show.
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>

#include <cmath>

using namespace mixcon;

namespace {

/// Queries and keys of six images, and a queue of ten keys.
struct momentum_batch {
  mixcon_test::matrix<double> q = mixcon_test::random_embeddings<double>(6, 4, 1), by_q{6, 4}, by_keys{6, 4};
  mixcon_test::matrix<double> keys = mixcon_test::random_embeddings<double>(6, 4, 2);
  mixcon_test::matrix<double> queue = mixcon_test::random_embeddings<double>(10, 4, 3);
};
const mix_plan<interpolated> plan{{5, 4, 3, 2, 1, 0}, {0.8}, {}};  // partners, lambda

}  // namespace

TEST_CASE("The calls on the page of MoCo run", "[docs]") {
  auto [q, by_q, by_keys, keys, queue] = momentum_batch{};
  {
    // a query's own key against a queue of past keys
    const double loss =
        value_and_grad(tiled{}, moco(0.07), queue_targets{}, q, candidates(own(keys), queue), {.anchors = by_q});
    CHECK(loss > 0);
  }
  {
    // MoCo v3: the keys of the batch; sum it over both directions of two views
    const double loss = value_and_grad(tiled{}, moco_v3(0.2), diagonal_targets{}, q, keys, {.anchors = by_q});
    CHECK(loss > 0);
  }
  {
    // MoCo-n with i-Mix: queries of mixed images, keys of unmixed ones, and a queue
    const mixed_targets own_keys{diagonal_targets{}, plan};
    const double loss = value_and_grad(tiled{}, moco_n(0.2), segments(own_keys, every_negative{}), q,
                                       candidates(as_unit(keys), as_given(queue)), {.anchors = by_q});
    CHECK(loss > 0);
  }
}

TEST_CASE("The call on the page of CLIP runs", "[docs]") {
  auto [images, by_images, by_texts, texts, queue] = momentum_batch{};
  double log_scale = std::log(1 / 0.07), by_scale = 0;
  const objective pretraining = clip(std::exp(log_scale));
  const double loss = value_and_grad(tiled{}, pretraining, diagonal_targets{}, images, texts,
                                     {.anchors = by_images, .candidates = {by_texts}, .scale = &by_scale});
  const double by_log_scale = by_scale * pretraining.scale;
  CHECK(loss > 0);
  CHECK(by_log_scale != 0);
}

TEST_CASE("The call on the page of SupMix runs", "[docs]") {
  auto z = mixcon_test::random_embeddings<double>(12, 4, 4);
  auto gradient = z;
  const std::vector<int> labels{0, 1, 2, 0, 1, 2};
  // z (2N, D): of the images, then of their mixtures with the batch in reverse
  const double loss =
      value_and_grad(tiled{}, supmix(0.1), supmix_targets{.labels = labels, .lambda = 0.7}, z, gradient);
  CHECK(loss > 0);
}

TEST_CASE("The call on the page of Un-Mix runs", "[docs]") {
  auto [q, by_q, by_keys, keys, queue] = momentum_batch{};
  const auto queries = mixcon_test::stacked(q, mixcon_test::random_embeddings<double>(6, 4, 5));
  auto by_queries = queries;
  const un_mix_batch batch(keys, 0.7);  // keys (N, D) of the unmixed images, lambda
  objective criterion{un_mix_loss{.temperature = 0.2, .lambda = view(batch.lambda)}, cosine{}};
  criterion.reduce = reduction::weighted;
  criterion.weights = view(batch.weights);
  // queries (2N, D): of the images, then of their mixtures
  const double loss = value_and_grad(tiled{}, criterion, un_mix_targets{}, queries,
                                     candidates(own(batch.own_keys()), queue), {.anchors = by_queries});
  CHECK(loss > 0);
}

TEST_CASE("The calls on the page of BYOL run", "[docs]") {
  auto [p1, by_p1, by_p2, z2, queue] = momentum_batch{};
  const auto p2 = mixcon_test::random_embeddings<double>(6, 4, 6), z1 = mixcon_test::random_embeddings<double>(6, 4, 7);
  {
    // predictions p of one view find the targets z of the other
    const double loss = value_and_grad(tiled{}, byol{}, p1, z2, {.first = by_p1}).value +
                        value_and_grad(tiled{}, byol{}, p2, z1, {.first = by_p2}).value;
    CHECK(loss > 0);
  }
  {
    // i-Mix: predictions of mixed images, targets of unmixed ones
    const byol mixed{.lambda = view(plan.lambda), .partner = plan.partner};
    const double loss = value_and_grad(tiled{}, mixed, p1, z2, {.first = by_p1});
    CHECK(loss > 0);
  }
  {
    const double loss = value_and_grad(tiled{}, simsiam(), p1, z2, {.first = by_p1}).value +
                        value_and_grad(tiled{}, simsiam(), p2, z1, {.first = by_p2}).value;
    CHECK(std::abs(loss) <= 1);
  }
}
