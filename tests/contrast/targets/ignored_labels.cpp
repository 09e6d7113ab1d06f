// SPDX-License-Identifier: BSD-3-Clause
// Samples without a label: nobody's positive, and no anchor unless they are kept.
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/n_pairs.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>
#include <mixcon/losses/supmix.hpp>
#include <mixcon/losses/triplet_margin.hpp>
#include <mixcon/negatives/memory/cross_batch_memory.hpp>

#include <cmath>
#include <limits>

using namespace mixcon;
using namespace mixcon_test;

namespace {

const std::vector<int> labels{0, 1, -100, 0, 1, -100, 1, 2, 2};

struct answer {
  double value = 0;
  index_t anchors_used = 0;
  std::vector<double> by_anchors, by_candidates;
};
template <class Objective, class Targets>
answer answer_of(const Objective& criterion, const Targets& targets, const matrix<double>& a, const matrix<double>& c,
                 bool by_tiles) {
  matrix<double> by_a = zeros_like(a), by_c = zeros_like(c);
  const gradients<double> wanted{.anchors = view(by_a), .candidates = {view(by_c)}};
  const auto result = by_tiles ? value_and_grad(tiled{.threads = 1}, criterion, targets, a, c, wanted)
                               : value_and_grad(serial{}, criterion, targets, a, c, wanted);
  return {result, result.anchors_used, by_a.entries(), by_c.entries()};
}

/// That `targets` mean what `meant` says in the objective `same`, by both engines.
template <class Objective, class Targets, class Meant>
void check_same(const Objective& criterion, const Targets& targets, const Objective& same, const Meant& meant,
                const matrix<double>& a, const matrix<double>& c) {
  for (const bool by_tiles : {false, true}) {
    const answer found = answer_of(criterion, targets, a, c, by_tiles), right = answer_of(same, meant, a, c, by_tiles);
    CHECK(right.value != 0);
    CHECK(found.value == Approx(right.value).epsilon(1e-13));
    CHECK(found.anchors_used == right.anchors_used);
    for (std::size_t k = 0; k < right.by_anchors.size(); ++k)
      CHECK(found.by_anchors[k] == Approx(right.by_anchors[k]).margin(1e-14));
    for (std::size_t k = 0; k < right.by_candidates.size(); ++k)
      CHECK(found.by_candidates[k] == Approx(right.by_candidates[k]).margin(1e-14));
  }
}

int label_at(index_t i) { return labels[static_cast<std::size_t>(i)]; }
/// SupCon's pairs, where -100 is no class.
auto supcon_pairs() {
  return targets_of([](index_t a, index_t c) {
    if (a == c) return hidden_pair();
    double others = -1;
    for (const int label : labels) others += label == label_at(a) ? 1 : 0;
    return label_at(a) == label_at(c) && label_at(a) != -100 ? positive_pair(1 / others) : negative_pair();
  });
}
auto info_nce_of(no_positive without, directions direction = {}) {
  objective criterion{info_nce{.temperature = 0.4}, cosine{}};
  criterion.without_positive = without, criterion.direction = direction;
  return criterion;
}

}  // namespace

TEST_CASE("SupCon with an ignored label is the mean over the labelled anchors, the others being negatives",
          "[contrast]") {
  const auto z = random_embeddings<double>(9, 3, 1);
  double expected = 0;
  for (index_t a = 0; a < 9; ++a) {
    if (label_at(a) == -100) continue;
    double partition = 0, attraction = 0, positives = 0;
    const auto logit = [&](index_t c) {
      double dot = 0, squared_a = 0, squared_c = 0;
      for (index_t k = 0; k < 3; ++k)
        dot += z(a, k) * z(c, k), squared_a += z(a, k) * z(a, k), squared_c += z(c, k) * z(c, k);
      return dot / std::sqrt(squared_a * squared_c) / 0.4;
    };
    for (index_t c = 0; c < 9; ++c) {
      if (c != a) partition += std::exp(logit(c));
      if (c != a && label_at(c) == label_at(a)) attraction += logit(c), ++positives;
    }
    expected += std::log(partition) - attraction / positives;
  }
  const label_targets targets{.labels = labels, .ignored = -100};
  for (const auto without : {no_positive::zero, no_positive::skip, no_positive::error}) {
    CHECK(answer_of(info_nce_of(without), targets, z, z, false).value == Approx(expected / 7).epsilon(1e-13));
    CHECK(answer_of(info_nce_of(without), targets, z, z, true).value == Approx(expected / 7).epsilon(1e-13));
  }
  const label_targets kept{.labels = labels, .ignored = -100, .ignored_anchors = ignored_anchor::keep};
  CHECK(answer_of(info_nce_of(no_positive::zero), kept, z, z, true).value == Approx(expected / 9).epsilon(1e-13));
  CHECK(answer_of(info_nce_of(no_positive::skip), kept, z, z, true).value == Approx(expected / 7).epsilon(1e-13));
  CHECK_THROWS_WITH(answer_of(info_nce_of(no_positive::error), kept, z, z, true), ContainsSubstring("anchor 2"));
}

TEST_CASE("skipped anchors have no part in the gradient, in either direction", "[contrast]") {
  const auto z = random_embeddings<double>(9, 3, 2), other = random_embeddings<double>(9, 3, 3);
  const label_targets targets{.labels = labels, .ignored = -100};
  check_same(info_nce_of(no_positive::zero), targets, info_nce_of(no_positive::skip), supcon_pairs(), z, z);
  check_same(info_nce_of(no_positive::zero, {0.5, 0.5}), targets, info_nce_of(no_positive::skip, {0.5, 0.5}),
             supcon_pairs(), z, other);
  const answer by_rows = answer_of(info_nce_of(no_positive::zero), targets, z, other, true);
  for (const std::size_t a : {std::size_t{2}, std::size_t{5}})
    for (std::size_t k = 0; k < 3; ++k) CHECK(by_rows.by_anchors[3 * a + k] == 0);
}

TEST_CASE("a loss that needs no positive skips ignored anchors too, under every reduction", "[contrast]") {
  const auto z = random_embeddings<double>(9, 3, 4);
  const std::vector<double> weights{0.5, 1, 2, 0.25, 0, 3, 1, 0.75, 2};
  const label_targets targets{.labels = labels, .ignored = -100};
  objective criterion{multi_similarity{}, cosine{}}, same = criterion;
  same.without_positive = no_positive::skip;
  for (const auto reduce : {reduction::mean, reduction::sum, reduction::weighted}) {
    criterion.reduce = same.reduce = reduce;
    criterion.weights = same.weights = view(weights);
    check_same(criterion, targets, same, supcon_pairs(), z, z);
  }
  objective triplets{triplet_margin{.margin = 0.3}, cosine{}};
  check_same(triplets, targets, triplets, supcon_pairs(), z, z);
}

TEST_CASE("two views of an ignored sample are not each other's positives", "[contrast]") {
  const auto z = random_embeddings<double>(6, 3, 5);
  const std::vector<std::uint8_t> of_samples{4, 255, 4};
  const auto pairs = targets_of([](index_t a, index_t c) {
    if (a == c) return hidden_pair();
    return a % 3 != 1 && c % 3 != 1 ? positive_pair(1.0 / 3) : negative_pair();
  });
  check_same(info_nce_of(no_positive::zero), label_targets{.labels = of_samples, .views = 2, .ignored = 255},
             info_nce_of(no_positive::skip), pairs, z, z);
}

TEST_CASE("a batch of ignored labels alone has loss 0 and no gradient", "[contrast]") {
  const auto z = random_embeddings<double>(3, 2, 6);
  const std::vector<int> none{-1, -1, -1};
  const answer found =
      answer_of(info_nce_of(no_positive::error), label_targets{.labels = none, .ignored = -1}, z, z, true);
  CHECK(found.value == 0);
  CHECK(found.anchors_used == 0);
  CHECK(found.by_anchors == std::vector<double>(6));
  CHECK(found.by_candidates == std::vector<double>(6));
}

TEST_CASE("cross entropy leaves out rows of the ignored label, among the classes or not, whatever they hold",
          "[contrast]") {
  const auto rows = random_embeddings<double>(4, 3, 7);
  for (const int ignored : {-100, 255, 1}) {
    const std::vector<int> own{2, ignored, 0, ignored};
    auto logits = rows;
    logits(3, 1) = std::numeric_limits<double>::quiet_NaN();
    double expected = 0;
    matrix<double> slope(4, 3), found(4, 3, 7.0);
    for (const index_t i : {index_t{0}, index_t{2}}) {
      const index_t label = own[static_cast<std::size_t>(i)];
      double sum = 0;
      for (index_t k = 0; k < 3; ++k) sum += std::exp(logits(i, k));
      for (index_t k = 0; k < 3; ++k) slope(i, k) = (std::exp(logits(i, k)) / sum - (k == label ? 1 : 0)) / 2;
      expected += (std::log(sum) - logits(i, label)) / 2;
    }
    const class_targets targets{.labels = own, .ignored = ignored};
    const auto check = [&](const auto& executor) {
      const auto result =
          value_and_grad(executor, soft_cross_entropy(), targets, given_logits{logits}, {.logits = view(found)});
      CHECK(result == Approx(expected).epsilon(1e-14));
      CHECK(result.anchors_used == 2);
      for (index_t i = 0; i < 4; ++i)
        for (index_t k = 0; k < 3; ++k) {
          if (own[static_cast<std::size_t>(i)] == ignored) CHECK(found(i, k) == 0);
          CHECK(found(i, k) == Approx(slope(i, k)).margin(1e-15));
        }
    };
    check(serial{});
    check(tiled{.threads = 1});
  }
  const std::vector<int> outside{0, 3, 1, 2};
  CHECK_THROWS_WITH((class_targets{.labels = outside, .ignored = -100}.bind({4, 3, 0, {3}})),
                    ContainsSubstring("label 1 is 3 for 3 classes"));
}

TEST_CASE("candidates of the ignored label are no members of a class", "[contrast]") {
  const auto proxies = random_embeddings<double>(3, 2, 8), z = random_embeddings<double>(9, 2, 9);
  const auto pairs = targets_of(
      [](index_t a, index_t c) { return label_at(c) == a ? positive_pair(a == 1 ? 1.0 / 3 : 0.5) : negative_pair(); });
  const member_targets targets{.labels = labels, .ignored = -100};
  check_same(info_nce_of(no_positive::zero, {0.3, 0.7}), targets, info_nce_of(no_positive::skip, {0.3, 0.7}), pairs,
             proxies, z);
}

TEST_CASE("what targets are made of passes ignored rows on", "[contrast]") {
  const auto z = random_embeddings<double>(9, 3, 10), more = random_embeddings<double>(4, 3, 11);
  const label_targets by_label{.labels = labels, .ignored = -100};
  const auto bound = segments(every_negative{}, by_label).bind({9, 13, 0, {4, 9}});
  for (index_t a = 0; a < 9; ++a) CHECK(bound.skips_anchor(a) == (label_at(a) == -100));
  for (index_t c = 0; c < 13; ++c) CHECK(bound.skips_candidate(c) == (c >= 4 && label_at(c - 4) == -100));
  const auto all = stacked(more, z);
  const auto pairs =
      targets_of([](index_t a, index_t c) { return c < 4 ? negative_pair() : supcon_pairs().of(a, c - 4); });
  matrix<double> by_z(9, 3), right(9, 3);
  const auto result = value_and_grad(serial{}, info_nce_of(no_positive::zero), segments(every_negative{}, by_label), z,
                                     candidates(more, z), {.anchors = view(by_z), .stop_gradient = true});
  CHECK(result ==
        Approx(value_and_grad(serial{}, info_nce_of(no_positive::skip), pairs, z, all, {.anchors = view(right)}))
            .epsilon(1e-13));
  const std::vector<double> factors{1, 2, 1, 0.5, 1, 1, 1, 1, 1};
  const auto scaled = scaled_targets{by_label, view(factors)}.bind({9, 9, 0, {9}});
  CHECK(scaled.skips_anchor(2));
  CHECK(!scaled.skips_anchor(1));
  CHECK(own_targets<every_positive, label_targets>{{}, by_label}.bind({9, 9, 1, {9}}).skips_anchor(5));
}

TEST_CASE("SupMix drops the share of an image without a label", "[contrast]") {
  // rows: images 0 1 2 3, then mixtures of (0, 3), (1, 2), (2, 1), (3, 0)
  const std::vector<int> of_images{5, -1, 5, -1};
  const int first[] = {5, -1, 5, -1, 5, -1, 5, -1}, second[] = {5, -1, 5, -1, -1, 5, -1, 5};
  const auto z = random_embeddings<double>(8, 3, 12);
  const auto pairs = targets_of([&](index_t a, index_t c) {
    if (a == c) return hidden_pair();
    const double mass =
        (first[a] == 5 && first[c] == 5 ? 0.7 / 3 : 0) + (second[a] == 5 && second[c] == 5 ? 0.3 / 3 : 0);
    return mass > 0 ? positive_pair(mass) : negative_pair();
  });
  check_same(info_nce_of(no_positive::zero), supmix_targets{.labels = of_images, .lambda = 0.7, .ignored = -1},
             info_nce_of(no_positive::skip), pairs, z, z);
}

TEST_CASE("N-pairs and a cross-batch memory know rows without a label", "[contrast]") {
  const auto z = random_embeddings<double>(9, 3, 13);
  matrix<double> found(9, 3), right(9, 3);
  const std::vector<int> unique{0, 1, -5, 0, 1, -6, 1, 2, 2};
  CHECK(value_and_grad(serial{}, n_pairs{}, label_targets{.labels = labels, .ignored = -100}, z, found) ==
        value_and_grad(serial{}, n_pairs{}, label_targets{.labels = unique}, z, right));
  CHECK(found == right);

  cross_batch_memory<double> memory(9, 3);
  memory.push(z, labels);
  check_same(info_nce_of(no_positive::zero), memory.targets(labels, -100), info_nce_of(no_positive::skip),
             supcon_pairs(), z, z);
}

TEST_CASE("labels are compared by value, whatever integers they are", "[contrast]") {
  const auto a = random_embeddings<double>(2, 2, 14), c = random_embeddings<double>(3, 2, 15);
  const std::vector<std::uint64_t> large{~std::uint64_t{0}, 3}, large_again{3, ~std::uint64_t{0}, 3};
  const std::vector<std::int64_t> negative{-1, 3, -1};
  const auto used = [&](const integer_view& own, const integer_view& other) {
    return answer_of(info_nce_of(no_positive::skip), label_targets{.labels = own, .candidate_labels = other}, a, c,
                     true)
        .anchors_used;
  };
  CHECK(used(large, negative) == 1);
  CHECK(used(large, large_again) == 2);
  enum class animal : std::uint8_t { cat, dog, none = 255 };
  const std::vector<animal> animals{animal::dog, animal::none}, others{animal::none, animal::cat, animal::dog};
  CHECK(used(animals, others) == 2);
  const label_targets named{.labels = animals, .candidate_labels = others, .ignored = animal::none};
  CHECK(answer_of(info_nce_of(no_positive::skip), named, a, c, true).anchors_used == 1);
  CHECK(ignored_label{~std::uint64_t{0}}(large[0]));
  CHECK(!ignored_label{-1}(large[0]));
  CHECK(!ignored_label{}(0));
  CHECK(to_string(integer_value(large[0])) == "18446744073709551615");
  CHECK_THROWS_WITH((class_targets{.labels = large}.bind({2, 4, 0, {4}})), ContainsSubstring("18446744073709551615"));
  ring<float> stored(2, 1);
  const std::vector<float> row{1};
  const std::vector<std::uint64_t> id{~std::uint64_t{0}};
  CHECK_THROWS_WITH(stored.push(matrix_view<const float>{row.data(), {1, 1}}, id),
                    ContainsSubstring("18446744073709551615"));
}

TEST_CASE("shares may be written as any number", "[contrast]") {
  const auto z = random_embeddings<double>(5, 2, 16);
  const auto whole = targets_of([](index_t a, index_t c) {
    if (a == c) return hidden_pair();
    return c == 0 ? positive_pair(1) : c == 1 ? positive_pair(2L, 3) : negative_pair(2);
  });
  const auto real = targets_of([](index_t a, index_t c) {
    if (a == c) return hidden_pair();
    return c == 0 ? positive_pair(1.0) : c == 1 ? positive_pair(2.0, 3.0) : negative_pair(2.0);
  });
  check_same(info_nce_of(no_positive::zero), whole, info_nce_of(no_positive::zero), real, z, z);
  STATIC_REQUIRE(std::is_same_v<decltype(positive_pair(0.5f)), role<double>>);
  STATIC_REQUIRE(std::is_same_v<decltype(negative_pair(1u)), role<double>>);
  STATIC_REQUIRE(std::is_same_v<decltype(positive_pair<float>(1)), role<float>>);
}
