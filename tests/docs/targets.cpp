// SPDX-License-Identifier: BSD-3-Clause
// What docs/targets.md and docs/losses/ show, each beside the same targets written as a function of two indices.
#include "support/catch.hpp"
#include "support/embeddings.hpp"
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/mixcon.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

const objective criterion{info_nce{.temperature = 0.3}, cosine{}};

/// Checks that two targets mean the same, with both engines.
template <class Targets, class Same, class Anchors, class Against>
void check_same(const Targets& targets, const Same& same, const Anchors& anchors, const Against& candidates) {
  for_each_engine<double>([&](const auto& executor, const char* name) {
    INFO(name);
    CHECK(value_of(executor, criterion, targets, anchors, candidates).value ==
          Approx(value_of(executor, criterion, same, anchors, candidates).value).epsilon(1e-12));
  });
}

TEST_CASE("view_targets are the other views of the same sample", "[docs]") {
  const auto z = random_embeddings<double>(6, 4, 1);
  const index_t samples = 3;
  // rows 0..N-1 are view A, rows N..2N-1 view B
  const view_targets stacked_views{.samples = samples};
  // rows 2i and 2i + 1 are the two views of sample i
  const view_targets interleaved{.samples = samples, .order = view_order::sample_major};
  check_same(stacked_views, targets_of([](index_t a, index_t c) {
               return a == c ? hidden_pair() : a % 3 == c % 3 ? positive_pair() : negative_pair();
             }),
             z, z);
  check_same(interleaved, targets_of([](index_t a, index_t c) {
               return a == c ? hidden_pair() : a / 2 == c / 2 ? positive_pair() : negative_pair();
             }),
             z, z);
}

TEST_CASE("label_targets are the rows of the same class", "[docs]") {
  const auto z = random_embeddings<double>(8, 4, 2), prototypes = random_embeddings<double>(3, 4, 3);
  const std::vector<int> labels{0, 1, 0, 2};  // (N): of samples; z has two views of each
  const label_targets supcon{.labels = labels, .views = 2};
  check_same(supcon, targets_of([&](index_t a, index_t c) {
               const int own = labels[static_cast<std::size_t>(a % 4)];
               if (a == c) return hidden_pair();
               return own == labels[static_cast<std::size_t>(c % 4)] ? positive_pair(own == 0 ? 1.0 / 3 : 1.0)
                                                                     : negative_pair();
             }),
             z, z);

  const std::vector<int> classes{0, 1, 2};  // (M): of the candidates, which are other rows: all are seen
  const label_targets against_prototypes{.labels = labels, .views = 2, .candidate_labels = classes};
  check_same(against_prototypes, targets_of([&](index_t a, index_t c) {
               return labels[static_cast<std::size_t>(a % 4)] == c ? positive_pair() : negative_pair();
             }),
             z, prototypes);
}

TEST_CASE("targets with an ignored label leave its rows out", "[docs]") {
  const auto z = random_embeddings<double>(4, 3, 12);
  const std::vector<int> some_labels{2, -100, 2, 1};
  // SupCon: rows labelled -100 are negatives of the others, and are not anchors
  const label_targets partly_labelled{.labels = some_labels, .ignored = -100};
  // cross entropy: rows labelled -100 are left out
  const class_targets of_classifier{.labels = some_labels, .ignored = -100};
  const auto pair_of_rows = targets_of([](index_t a, index_t c) {
    return a == c ? hidden_pair() : a % 2 == 0 && c % 2 == 0 ? positive_pair() : negative_pair();
  });
  const double every = value_of(serial{}, criterion, pair_of_rows, z, z);
  CHECK(value_of(serial{}, criterion, partly_labelled, z, z).value == Approx(every * 4 / 3));
  const auto by_class = targets_of([&](index_t a, index_t c) {
    return a != 1 && some_labels[static_cast<std::size_t>(a)] == c ? positive_pair() : negative_pair();
  });
  CHECK(value_of(serial{}, criterion, of_classifier, z, random_embeddings<double>(3, 3, 13)).value ==
        Approx(value_of(serial{}, criterion, by_class, z, random_embeddings<double>(3, 3, 13)).value * 4 / 3));
}

TEST_CASE("mask_targets and matrix_targets are tables", "[docs]") {
  const auto z = random_embeddings<double>(3, 4, 4), other = random_embeddings<double>(4, 4, 5);
  matrix<double> mask(3, 3, 1), share(3, 4), weight(3, 4, 1);
  mask(0, 1) = 3, mask(2, 0) = 0, share(0, 1) = 0.25, share(0, 2) = 0.75, share(1, 0) = 2, weight(2, 3) = 0;
  const mask_targets masked{mask};           // how much sample j is a positive of sample i; shares follow
  const matrix_targets dense{share};         // the shares themselves; every pair is visible
  const matrix_targets seen{share, weight};  // and how often each pair counts as a candidate; 0 hides it
  check_same(masked, targets_of([&](index_t a, index_t c) {
               if (a == c) return hidden_pair();
               const double mass = a == 0 ? 4 : a == 1 ? 2 : 1;
               return mask(a, c) > 0 ? positive_pair(mask(a, c) / mass) : negative_pair();
             }),
             z, z);
  const auto by_share = [&](index_t a, index_t c) {
    return share(a, c) > 0 ? positive_pair(share(a, c)) : negative_pair();
  };
  check_same(dense, targets_of(by_share), z, other);
  check_same(seen, targets_of([&](index_t a, index_t c) { return weight(a, c) == 0 ? hidden_pair() : by_share(a, c); }),
             z, other);
}

TEST_CASE("diagonal_targets, a queue and mixed targets", "[docs]") {
  const auto queries = random_embeddings<double>(3, 4, 6), keys = random_embeddings<double>(3, 4, 7);
  const auto queue = random_embeddings<double>(5, 4, 8), all_keys = stacked(keys, queue);
  const index_t samples = 3;
  const auto diagonal = targets_of([](index_t a, index_t c) { return a == c ? positive_pair() : negative_pair(); });
  check_same(diagonal_targets{}, diagonal, queries, keys);

  // MoCo: every query against its own key and the queue
  saved_for<decltype(criterion), matrix<double>> saved;
  const double moco = forward(tiled{}, criterion, queue_targets{}, queries, candidates(own(keys), queue), saved);
  const auto own_key_and_queue = targets_of([](index_t a, index_t c) {
    return a == c ? positive_pair() : c < 3 ? hidden_pair() : negative_pair();
  });
  CHECK(moco == Approx(value_of(serial{}, criterion, own_key_and_queue, queries, all_keys).value));

  // the keys of the whole batch as candidates, and the queue
  const auto batch_and_queue = segments(diagonal_targets{}, every_negative{});
  const double both = forward(tiled{}, criterion, batch_and_queue, queries, candidates(keys, queue), saved);
  CHECK(both == Approx(value_of(serial{}, criterion, diagonal, queries, all_keys).value));

  // i-Mix: queries mixed by a plan share the targets of their partners
  const auto plan = mixup<folded<>>{.per = granularity::sample}.plan(samples, philox_draws{.seed = 1});
  const mixed_targets virtual_labels{diagonal_targets{}, plan};
  check_same(virtual_labels, targets_of([&](index_t a, index_t c) {
               const double share = plan.lambda_of(a) * (a == c) + (1 - plan.lambda_of(a)) * (plan.partner_of(a) == c);
               return share > 0 ? positive_pair(share) : negative_pair();
             }),
             queries, keys);
}

TEST_CASE("targets of one's own are a function of two indices", "[docs]") {
  const auto z = random_embeddings<double>(9, 4, 9);
  // frames of a video, in order: neighbours in time attract, the next but one are left out
  const auto neighbours = targets_of([](index_t anchor, index_t candidate) {
    const index_t apart = anchor < candidate ? candidate - anchor : anchor - candidate;
    if (apart == 0 || apart == 2) return hidden_pair();
    return apart == 1 ? positive_pair(0.5) : negative_pair();
  });
  matrix<double> share(9, 9), weight(9, 9, 1);
  for (index_t i = 0; i < 9; ++i) {
    weight(i, i) = 0;
    if (i + 1 < 9) share(i, i + 1) = share(i + 1, i) = 0.5;
    if (i + 2 < 9) weight(i, i + 2) = weight(i + 2, i) = 0;
  }
  check_same(neighbours, matrix_targets{share, weight}, z, z);
}

TEST_CASE("the losses of the pages, as they are called there", "[docs]") {
  const auto z = converted<double>(reference::unit(random_embeddings<long double>(8, 4, 10)));
  const auto u = random_embeddings<double>(8, 4, 11);
  const std::vector<int> labels{0, 1, 1, 0};
  const index_t samples = 4;
  auto gradient = zeros_like(z), by_z = zeros_like(z), by_u = zeros_like(u);

  const objective nt_xent{info_nce{.temperature = 0.1}, cosine{}};
  const double loss = value_and_grad(tiled{}, nt_xent, view_targets{.samples = samples}, z, gradient);
  CHECK(loss > 0);

  // as SupContrast: rows come normalised, and the value is multiplied by temperature / base_temperature
  const objective supcontrast = of_unit_rows_as_given(supcon(0.1, 0.07));
  const double outside = value_and_grad(tiled{}, supcontrast, label_targets{.labels = labels, .views = 2}, z, gradient);

  const objective inside{supcon_inside{.temperature = 0.1}, cosine{}};
  const double at_most = value_and_grad(tiled{}, inside, label_targets{.labels = labels, .views = 2}, z, gradient);
  CHECK(at_most * (0.1 / 0.07) <= outside);

  // softmax cross-entropy of dense targets that do not sum to 1, with a coefficient per anchor
  matrix<double> share(8, 8, 0.25);
  const std::vector<double> kappa(8, 2.0);  // here the sum of each row's shares, so this is info_nce
  const objective dense{weighted_softmax{.kappa = view(kappa)}, dot_product{}};
  const double weighted = value_and_grad(tiled{}, dense, matrix_targets{share}, z, gradient);
  CHECK(weighted == Approx(value_of(objective{info_nce{.temperature = 1}, dot_product{}}, matrix_targets{share}, z)));

  // the published code: universum rows are the only candidates
  const objective unicon{info_nce{.temperature = 0.1, .base_temperature = 0.1}, cosine{}};
  const double attracted =
      value_and_grad(tiled{}, unicon, unicon_targets(labels), z, u, {.anchors = by_z, .candidates = {by_u}});
  // the abstract: universum rows are negatives, along with the rows of other classes
  const objective softmax{info_nce{.temperature = 0.1}, cosine{}};
  const double repelled = value_and_grad(tiled{}, softmax, unicon_negative_targets(labels), z, candidates(z, u),
                                         {.anchors = by_z, .candidates = {by_z, by_u}});
  // the same where universum rows are the only negatives
  const double alone = value_and_grad(tiled{}, softmax, unicon_negative_targets(labels, 2, visibility::hidden), z,
                                      candidates(z, u), {.anchors = by_z, .candidates = {by_z, by_u}});
  CHECK(attracted != Approx(repelled));
  CHECK(alone < repelled);
}

TEST_CASE("forward and backward add up to value_and_grad", "[docs]") {
  const auto z = random_embeddings<double>(8, 4, 12);
  const view_targets targets{.samples = 4};
  auto gradient = zeros_like(z), twice = zeros_like(z);

  saved_for<decltype(criterion), decltype(z)> saved;
  const auto loss = forward(tiled{}, criterion, targets, z, saved);  // O(N) numbers in `saved`
  backward(tiled{}, criterion, targets, z, saved, 1.0, twice);       // adds to the gradient
  backward(tiled{}, criterion, targets, z, saved, 1.0, twice);
  CHECK(loss.anchors_used == 8);

  value_and_grad(tiled{}, criterion, targets, z, gradient);  // sets it
  for (double& x : gradient.entries()) x *= 2;
  CHECK(largest_difference(gradient, twice) < 1e-15L);

  double by_temperature = 0, by_scale = 0;
  // one matrix on both sides: `.embeddings` gets what it gets as anchors and as candidates
  value_and_grad(tiled{}, criterion, targets, z,
                 {.embeddings = twice, .temperature = &by_temperature, .scale = &by_scale});
  for (double& x : twice.entries()) x *= 2;
  CHECK(largest_difference(gradient, twice) < 1e-15L);
  CHECK(by_temperature * criterion.loss.temperature == Approx(-by_scale));
}

}  // namespace
