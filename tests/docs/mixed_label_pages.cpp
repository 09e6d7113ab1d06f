// SPDX-License-Identifier: BSD-3-Clause
// What the pages of losses of mixed labels show.
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>

using namespace mixcon;

namespace {

const std::vector<int> labels{0, 1, 2, 1};
const mix_plan<interpolated> plan{{3, 2, 1, 0}, {0.8}, {}};  // partners, lambda
const pair_targets pairs = pair_targets_of(plan, labels);

}  // namespace

TEST_CASE("The calls on the page of soft cross entropy run", "[docs]") {
  const auto logits = mixcon_test::random_embeddings<double>(4, 3, 1),
             clean = mixcon_test::random_embeddings<double>(4, 3, 2);
  auto by_logits = logits, by_clean = clean;
  {
    // mixup: own and partner's labels by lambda
    const double loss = value_and_grad(tiled{}, soft_cross_entropy(), class_pair_targets{pairs}, given_logits{logits},
                                       {.logits = by_logits});
    CHECK(loss > 0);
  }
  by_logits = {4, 3};
  {
    const double eta = 0.1;
    // RegMixup: the clean batch's loss, plus eta times the mixed one's
    const objective entropy = soft_cross_entropy();
    saved_for<decltype(entropy), decltype(logits)> saved;
    double loss =
        value_and_grad(tiled{}, entropy, class_targets{.labels = labels}, given_logits{clean}, {.logits = by_clean});
    loss += eta * forward(tiled{}, entropy, class_pair_targets{pairs}, given_logits{logits}, saved);
    backward(tiled{}, entropy, class_pair_targets{pairs}, given_logits{logits}, saved, eta, {.logits = by_logits});
    CHECK(loss > 0);
  }
  {
    // Remix: rare classes keep their label
    const std::vector<int> class_counts{5000, 500, 50};
    const pair_targets rebalanced = remix{.kappa = 3, .tau = 0.5}(pairs, class_counts);
    CHECK(rebalanced.samples() == 4);
  }
  {
    mixcon_test::matrix<double> soft(4, 3), by_soft(4, 3);
    // soft labels written out, (N, K), here smoothed, and the gradient by them
    soft_targets(pairs, soft, 0.1);
    const double loss = value_and_grad(tiled{}, soft_cross_entropy(), matrix_targets{soft}, given_logits{logits},
                                       {.logits = by_logits, .targets = by_soft});
    CHECK(loss > 0);
  }
}

TEST_CASE("The call on the page of i-Mix runs", "[docs]") {
  const auto mixed = mixcon_test::random_embeddings<double>(4, 3, 7),
             key = mixcon_test::random_embeddings<double>(4, 3, 8);
  auto by_mixed = mixed;
  // embeddings of the mixed first views and of the unmixed second ones; the plan that mixed them
  const mixed_targets targets{diagonal_targets{}, plan};
  const double loss = value_and_grad(tiled{}, i_mix(0.2), targets, mixed, key, {.anchors = by_mixed});
  CHECK(loss > 0);
}

TEST_CASE("The calls on the pages of decoupled mixup and soft binary cross entropy run", "[docs]") {
  const auto logits = mixcon_test::random_embeddings<double>(4, 3, 3);
  auto by_logits = logits;
  {
    const double loss = value_and_grad(tiled{}, decoupled_mixup{}, pairs, given_logits{logits}, {.logits = by_logits});
    CHECK(loss > 0);
  }
  {
    mixcon_test::matrix<double> soft(4, 3);
    write_weighted_labels(two_hot{}(pairs), soft);
    const double loss = value_and_grad(tiled{}, soft_binary_cross_entropy{.absent_weight = 0.5}, soft,
                                       given_logits{logits}, {.logits = by_logits});
    CHECK(loss > 0);
  }
}

TEST_CASE("The calls on the page of Infinite Class Mixup run", "[docs]") {
  const auto features = mixcon_test::random_embeddings<double>(4, 5, 4),
             clean = mixcon_test::random_embeddings<double>(4, 5, 5);
  const auto weight = mixcon_test::random_embeddings<double>(3, 5, 6);
  const std::vector<double> bias{0.1, 0.2, 0.3};
  auto by_features = features, by_weight = weight;
  mixcon_test::matrix<double> by_clean(4, 5);
  auto by_bias = bias;
  // features (N, D) of mixed images; a classifier of weights (K, D) and bias (K)
  const infinite_class_mixup both{.softmax_over = infinite_class_mixup::axis::both};
  double loss = value_and_grad(tiled{}, both, pairs, features, weight, bias,
                               {.features = view(by_features), .weight = view(by_weight), .bias = view(by_bias)});
  // IC-RegMixup: the clean batch's cross entropy is added, value and gradients
  const objective clean_batch{info_nce{.temperature = 1}, dot_product{}, candidate_bias{bias}};
  saved_for<decltype(clean_batch), decltype(clean)> saved;
  const class_targets classes{.labels = labels};
  loss += forward(tiled{}, clean_batch, classes, clean, weight, saved);
  backward(tiled{}, clean_batch, classes, clean, weight, saved, 1,
           {.anchors = by_clean, .candidates = {by_weight}, .candidate_bias = view(by_bias)});
  CHECK(loss > 0);
}
