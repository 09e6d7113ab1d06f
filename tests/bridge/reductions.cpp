// SPDX-License-Identifier: BSD-3-Clause
// Losses of mixed labels that are others in special cases: Infinite Class Mixup, cross entropies. Values and gradients
// are the case table's.
#include "support/agreement.hpp"
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/bridge/class_pairs.hpp>
#include <mixcon/contrast/targets/matrix.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/losses/decoupled_mixup.hpp>
#include <mixcon/losses/infinite_class_mixup.hpp>
#include <mixcon/losses/soft_binary_cross_entropy.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>

#include <cmath>
#include <limits>

using namespace mixcon;
using namespace mixcon_test;

namespace {

using axis = infinite_class_mixup::axis;
using duplicates = infinite_class_mixup::duplicates;

struct classifier_answer {
  double value = 0;
  matrix<double> by_features, by_weight;
  std::vector<double> by_bias;
};

/// A classifier of 6 classes, and features of mixed images.
struct mixed_images {
  matrix<double> features, weight;
  std::vector<double> bias{0.3, -0.2, 0.5, 0, -0.7, 0.1};
  pair_targets targets;

  mixed_images(index_t samples, index_t width)
      : features(random_embeddings<double>(samples, width, 1)), weight(random_embeddings<double>(6, width, 2)) {
    for (index_t i = 0; i < samples; ++i) {
      targets.own.push_back(i % 3 + 1), targets.partner.push_back(i % 4 + 1);  // classes 0 and 5 do not occur
      targets.lambda.push_back(static_cast<double>(i % 5) / 4);
    }
  }
  template <class Executor>
  classifier_answer of(const Executor& executor, const infinite_class_mixup& loss) const {
    classifier_answer found{0, zeros_like(features), zeros_like(weight), std::vector<double>(bias.size())};
    found.value = value_and_grad(
        executor, loss, targets, features, weight, bias,
        {.features = view(found.by_features), .weight = view(found.by_weight), .bias = view(found.by_bias)});
    return found;
  }
};

double cross_entropy_of(const pair_targets& targets, const matrix<double>& logits, matrix<double>& gradient) {
  gradients<double> wanted;
  wanted.logits = view(gradient);
  return value_and_grad(serial{}, soft_cross_entropy(), class_pair_targets{targets}, given_logits{logits}, wanted);
}

}  // namespace

TEST_CASE("Infinite Class Mixup from class logits is what it is from mixed classifiers", "[bridge]") {
  const mixed_images wide(40, 60);  // so that class logits are less work
  const detail::classes_of_batch classes(wide.targets, 6);
  const classifier_gradients<double> none;
  const detail::mixed_classifiers<double> of{wide.targets, view(wide.features), view(wide.weight), view(wide.bias),
                                             none};
  CHECK(std::vector<index_t>(classes.present.begin(), classes.present.end()) == std::vector<index_t>{1, 2, 3, 4});

  const auto evaluate = [&](const auto& a, const auto& c, const auto& bias, const auto& inner) {
    objective criterion{info_nce{.temperature = 1}, dot_product{}, candidate_bias{bias}};
    criterion.direction = {.rows = 1, .columns = 1};
    return value_and_grad(serial{}, criterion, detail::numbered_classifiers(wide.targets, true), a, c, inner);
  };
  const auto answer_by = [&](auto&& way) {
    classifier_answer found{0, zeros_like(wide.features), zeros_like(wide.weight), std::vector<double>(6, 9.0)};
    const classifier_gradients<double> wanted{view(found.by_features), view(found.by_weight), view(found.by_bias)};
    found.value = way(detail::mixed_classifiers<double>{of.targets, of.features, of.weight, of.bias, wanted});
    return found;
  };
  const auto by_logits = answer_by(
      [&](const auto& call) { return detail::by_class_logits(tiled{.threads = 2}, call, classes, evaluate); });
  const auto by_weights = answer_by([&](const auto& call) { return detail::by_mixed_weights(call, evaluate); });
  CHECK(by_logits.value == Approx(by_weights.value).epsilon(1e-13));
  CHECK(largest_difference(by_logits.by_features, by_weights.by_features) < 1e-12L);
  CHECK(largest_difference(by_logits.by_weight, by_weights.by_weight) < 1e-12L);
  for (std::size_t c = 0; c < 6; ++c) CHECK(by_logits.by_bias[c] == Approx(by_weights.by_bias[c]).margin(1e-13));

  const mixed_images many(300, 100);  // both ways are taken by the public call
  const mixed_images narrow(40, 3);
  for (const mixed_images* images : {&many, &narrow}) {
    const auto one = images->of(tiled{.threads = 1}, {}), two = images->of(tiled{.threads = 3}, {});
    CHECK(one.value == two.value);
    CHECK(one.by_features == two.by_features);
    CHECK(one.by_weight == two.by_weight);
    CHECK(one.by_bias == two.by_bias);
  }
}

TEST_CASE("Infinite Class Mixup with lambda 1 and distinct classes is the cross entropy of the batch's classes",
          "[bridge]") {
  mixed_images images(4, 3);
  images.targets = {{3, 0, 5, 2}, {1, 1, 1, 1}, {1, 1, 1, 1}};
  matrix<double> logits(4, 4), gradient(4, 4);
  for (index_t i = 0; i < 4; ++i)
    for (index_t j = 0; j < 4; ++j) {
      const index_t c = images.targets.own[static_cast<std::size_t>(j)];
      logits(i, j) = images.bias[static_cast<std::size_t>(c)];
      for (index_t k = 0; k < 3; ++k) logits(i, j) += images.features(i, k) * images.weight(c, k);
    }
  const double expected = cross_entropy_of({{0, 1, 2, 3}, {0, 1, 2, 3}, {1, 1, 1, 1}}, logits, gradient);
  const auto by_class = images.of(serial{}, {.softmax_over = axis::classes});
  CHECK(by_class.value == Approx(expected).epsilon(1e-13));
  CHECK(by_class.by_bias[4] == 0);

  const auto by_pair = images.of(serial{}, {.softmax_over = axis::pairs}), both = images.of(serial{}, {});
  CHECK(both.value == Approx(by_class.value + by_pair.value).epsilon(1e-13));
  for (const double slope : by_pair.by_bias) CHECK(slope == Approx(0).margin(1e-14));  // it cancels in each column
  for (double& b : images.bias) b += 2;
  CHECK(images.of(serial{}, {}).value == Approx(both.value).epsilon(1e-13));
}

TEST_CASE("a class of bias -infinity does nothing where its share is 0, and makes the loss infinite where it is not",
          "[bridge]") {
  const double infinite = std::numeric_limits<double>::infinity();
  for (const index_t width : {3, 100})  // by mixed classifiers, and by class logits were all finite
    for (const axis over : {axis::classes, axis::pairs, axis::both}) {
      mixed_images images(100, width);
      for (std::size_t i = 0; i < 100; ++i) {  // class 5 with a share of 0 in half of them
        const bool first = i % 4 == 0;
        if (i % 2 == 0) (first ? images.targets.own : images.targets.partner)[i] = 5;
        if (i % 2 == 0) images.targets.lambda[i] = first ? 0 : 1;
      }
      const auto check_both = [&](auto&& check_one) { check_one(serial{}), check_one(tiled{.threads = 2}); };
      check_both([&](const auto& executor) {
        images.bias[5] = 0.1;
        const auto expected = images.of(executor, {.softmax_over = over});
        images.bias[5] = -infinite;
        const auto found = images.of(executor, {.softmax_over = over});
        CHECK(found.value == Approx(expected.value).epsilon(1e-13));
        CHECK(largest_difference(found.by_features, expected.by_features) < 1e-13L);
        CHECK(largest_difference(found.by_weight, expected.by_weight) < 1e-13L);
        for (std::size_t c = 0; c < 6; ++c) CHECK(found.by_bias[c] == Approx(expected.by_bias[c]).margin(1e-14));

        const double lambda = images.targets.lambda[2];
        images.targets.lambda[2] = 0.75;
        const auto hidden = images.of(executor, {.softmax_over = over});
        CHECK(hidden.value == infinite);
        CHECK(all_finite(hidden.by_features));
        CHECK(all_finite(hidden.by_weight));
        for (const double slope : hidden.by_bias) CHECK(std::isfinite(slope));
        images.targets.lambda[2] = lambda;
      });
    }
}

TEST_CASE("equal mixed classifiers compete, and the loss stays at the logarithm of their number, unless hidden",
          "[bridge]") {
  mixed_images images(4, 2);
  images.weight = matrix<double>(6, 2);
  images.bias.assign(6, 0);
  for (const index_t c : {0, 1}) images.weight(c, 0) = images.weight(c + 2, 1) = 400;
  images.targets = {{0, 1, 2, 2}, {1, 0, 3, 3}, {0.75, 0.25, 0.5, 0.5}};  // two classifiers, twice each
  images.features = matrix<double>(4, 2);
  images.features(0, 0) = images.features(1, 0) = images.features(2, 1) = images.features(3, 1) = 1;
  for (const axis over : {axis::classes, axis::pairs}) {
    CHECK(images.of(serial{}, {.softmax_over = over}).value == Approx(std::log(2.0)).epsilon(1e-13));
    CHECK(images.of(serial{}, {.softmax_over = over, .same_classifiers = duplicates::hide}).value < 1e-100);
  }
}

TEST_CASE("mixed cross entropy is the cross entropies of both labels by their shares, and of soft labels", "[bridge]") {
  const auto logits = random_embeddings<double>(5, 4, 7);
  const pair_targets targets{{0, 1, 2, 3, 1}, {3, 3, 2, 0, 0}, {0.7, 0.2, 0.4, 1, 0}};
  auto by_both = logits, by_own = logits, by_partner = logits, by_soft = logits, by_decoupled = logits;
  const double both = cross_entropy_of(targets, logits, by_both);
  double expected = 0;
  for (std::size_t i = 0; i < 5; ++i)  // a sample at a time, since each has its own lambda
    for (const auto& [label, share] :
         {std::pair{targets.own[i], targets.lambda[i]}, {targets.partner[i], 1 - targets.lambda[i]}}) {
      double partition = 0;
      for (index_t c = 0; c < 4; ++c) partition += std::exp(logits(static_cast<index_t>(i), c));
      expected += share * (std::log(partition) - logits(static_cast<index_t>(i), label)) / 5;
    }
  CHECK(both == Approx(expected).epsilon(1e-13));

  matrix<double> soft(5, 4);
  soft_targets(targets, soft);
  gradients<double> wanted;
  wanted.logits = view(by_soft);
  const double of_soft =
      value_and_grad(serial{}, soft_cross_entropy(), matrix_targets{soft}, given_logits{logits}, wanted);
  CHECK(of_soft == Approx(both).epsilon(1e-13));
  CHECK(largest_difference(by_soft, by_both) < 1e-14L);

  wanted.logits = view(by_decoupled);
  const double plain = value_and_grad(serial{}, decoupled_mixup{.own_weight = 0, .partner_weight = 0}, targets,
                                      given_logits{logits}, wanted);
  CHECK(plain == Approx(both).epsilon(1e-13));
  CHECK(largest_difference(by_decoupled, by_both) < 1e-14L);
}

TEST_CASE("an absent label counts by absent_weight, and with weight 0 not even an infinite logit matters", "[bridge]") {
  matrix<double> logits(1, 3), soft(1, 3), gradient(1, 3);
  logits(0, 0) = 2, logits(0, 1) = -1, logits(0, 2) = 3;
  soft(0, 0) = 1;
  const auto at = [&](double weight) {
    gradients<double> wanted;
    wanted.logits = view(gradient);
    return value_and_grad(serial{}, soft_binary_cross_entropy{.absent_weight = weight}, soft, given_logits{logits},
                          wanted)
        .value;
  };
  const double shown = at(0), all = at(1);
  CHECK(shown == Approx(std::log1p(std::exp(-2.0))).epsilon(1e-13));
  CHECK(at(0.5) == Approx((shown + all) / 2).epsilon(1e-13));
}

TEST_CASE("Infinite Class Mixup refuses a gradient in an input's memory", "[bridge]") {
  mixed_images images(4, 3);
  CHECK_THROWS_WITH(value_and_grad(serial{}, infinite_class_mixup{}, images.targets, images.features, images.weight,
                                   images.bias, {.weight = view(images.weight)}),
                    Catch::Contains("shares memory"));
}

TEST_CASE("an ignored label drops its share of a mixed sample, in class pairs, soft targets and decoupled mixup alike",
          "[bridge]") {
  // whole, own label ignored, partner's ignored, both, own ignored at lambda 1, both of one class
  const pair_targets targets{{0, 9, 2, 9, 9, 1}, {1, 2, 9, 9, 0, 1}, {0.3, 0.25, 0.75, 0.5, 1, 0.4}, 9};
  const auto logits = random_embeddings<double>(6, 3, 21);
  const auto entropy = [&](index_t i, index_t label, double mass, matrix<double>& slope) {
    double sum = 0;
    for (index_t k = 0; k < 3; ++k) sum += std::exp(logits(i, k));
    for (index_t k = 0; k < 3; ++k) slope(i, k) += mass * (std::exp(logits(i, k)) / sum - (k == label ? 1 : 0)) / 4;
    return mass * (std::log(sum) - logits(i, label)) / 4;
  };
  matrix<double> slope(6, 3), by_pairs(6, 3), by_rows(6, 3), by_decoupled(6, 3), soft(6, 3);
  const double expected = entropy(0, 0, 0.3, slope) + entropy(0, 1, 0.7, slope) + entropy(1, 2, 0.75, slope) +
                          entropy(2, 2, 0.75, slope) + entropy(5, 1, 1, slope);
  const auto check = [&](double value, const matrix<double>& found) {
    CHECK(value == Approx(expected).epsilon(1e-13));
    for (index_t i = 0; i < 6; ++i)
      for (index_t k = 0; k < 3; ++k) {
        if (i == 3 || i == 4) CHECK(found(i, k) == 0);
        CHECK(found(i, k) == Approx(slope(i, k)).margin(1e-15));
      }
  };
  check(cross_entropy_of(targets, logits, by_pairs), by_pairs);
  const auto kept = value_and_grad(serial{}, soft_cross_entropy(), class_pair_targets{targets, ignored_anchor::keep},
                                   given_logits{logits}, {});
  CHECK(kept == Approx(expected * 4 / 6).epsilon(1e-13));

  soft_targets(targets, soft);
  objective criterion = soft_cross_entropy();
  criterion.without_positive = no_positive::skip;
  check(value_and_grad(serial{}, criterion, matrix_targets{soft}, given_logits{logits}, {.logits = view(by_rows)}),
        by_rows);
  check(value_and_grad(serial{}, decoupled_mixup{0, 0}, targets, given_logits{logits}, {.logits = view(by_decoupled)}),
        by_decoupled);

  const auto binary = value_and_grad(serial{}, soft_binary_cross_entropy{.skips_unlabelled = true}, soft,
                                     given_logits{logits}, {.logits = view(by_rows)});
  CHECK(binary.anchors_used == 4);
  CHECK(by_rows(3, 0) == 0);
  CHECK(by_rows(4, 2) == 0);
  const auto every = value_and_grad(serial{}, soft_binary_cross_entropy{}, soft, given_logits{logits}, {});
  double of_unlabelled = 0;
  for (const index_t i : {index_t{3}, index_t{4}})
    for (index_t k = 0; k < 3; ++k) of_unlabelled += std::log1p(std::exp(logits(i, k)));
  CHECK(4 * binary.value == Approx(6 * every.value - of_unlabelled).epsilon(1e-13));
}

TEST_CASE("decoupled mixup has nothing to decouple where one label is ignored, and mixes no classifier of it",
          "[bridge]") {
  const auto logits = random_embeddings<double>(2, 4, 22);
  const pair_targets targets{{-100, 3}, {1, -100}, {0.25, 0.5}, -100};
  const double weighted = value_and_grad(serial{}, decoupled_mixup{0.3, 0.7}, targets, given_logits{logits}, {});
  CHECK(weighted == value_and_grad(serial{}, decoupled_mixup{0, 0}, targets, given_logits{logits}, {}));
  mixed_images images(4, 3);
  images.targets.ignored = 1;
  CHECK_THROWS_WITH(images.of(serial{}, {}), ContainsSubstring("not the ignored one"));
}
