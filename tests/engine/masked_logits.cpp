// SPDX-License-Identifier: BSD-3-Clause
// A logit of -infinity, as attention masks write it, is as if its pair were hidden; at a positive the loss is infinite.
#include "support/embeddings.hpp"
#include "support/engines.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/contrastive_distillation.hpp>
#include <mixcon/losses/decoupled_mixup.hpp>
#include <mixcon/losses/hard_negative.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/soft_binary_cross_entropy.hpp>
#include <mixcon/losses/uniformity.hpp>

#include <limits>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr index_t rows_of_logits = 7, classes = 19;

/// Logits with random entries masked, and the weights that hide the same pairs. Positives are (i, i + 2) and (i, i +
/// 9).
struct masked {
  matrix<double> logits = random_embeddings<double>(rows_of_logits, classes, 5), with_mask = logits;
  matrix<double> targets{rows_of_logits, classes}, weights{rows_of_logits, classes, 1};

  explicit masked(std::uint64_t seed, double share) {
    random_numbers draw(seed);
    for (index_t i = 0; i < rows_of_logits; ++i) targets(i, i + 2) = 0.75, targets(i, i + 9) = 0.5;
    for (index_t i = 0; i < rows_of_logits; ++i)
      for (index_t j = 0; j < classes; ++j)
        if (targets(i, j) == 0 && (draw.chance(share) || j == 0)) with_mask(i, j) = -infinite, weights(i, j) = 0;
  }
};

template <class Objective>
void check_as_hidden(const Objective& criterion) {
  for (const double share : {0.0, 0.3, 1.0}) {  // 1: all but the positives
    const masked of(11, share);
    for_each_engine<double>([&](const auto& executor, const char* name) {
      auto got = zeros_like(of.logits), expected = got, by_target = got;
      double by_temperature = 0, expected_by_temperature = 0;
      const double value = value_and_grad(executor, criterion, matrix_targets{of.targets}, given_logits{of.with_mask},
                                          {.logits = got, .temperature = &by_temperature, .targets = by_target});
      const double hidden =
          value_and_grad(executor, criterion, matrix_targets{of.targets, of.weights}, given_logits{of.logits},
                         {.logits = expected, .temperature = &expected_by_temperature});
      INFO(name << ", share " << share << ": value " << value << ", hidden " << hidden);
      CHECK(error_of(value, static_cast<long double>(hidden)) <= 1e-13L);
      CHECK(error_of(by_temperature, static_cast<long double>(expected_by_temperature)) <= 1e-12L);
      for (std::size_t k = 0; k < got.entries().size(); ++k) {
        CHECK(std::fabs(got.entries()[k] - expected.entries()[k]) <= 1e-13);
        CHECK(std::isfinite(by_target.entries()[k]));
        if (of.weights.entries()[k] == 0) CHECK(got.entries()[k] == 0);
      }
    });
  }
}

}  // namespace

TEST_CASE("a negative of logit -infinity is as if it were hidden", "[contrast]") {
  objective softmax{info_nce{.temperature = 0.5}};
  check_as_hidden(softmax);
  softmax.direction = {.rows = 0.25, .columns = 0.75};
  softmax.without_positive = no_positive::skip;
  check_as_hidden(softmax);
  check_as_hidden(objective{debiased(), dot_product{}});  // counts its negatives, and multiplies logits by 0
  check_as_hidden(objective{contrastive_distillation{.temperature = 1, .negatives = 4, .samples = 50}, dot_product{}});
}

TEST_CASE("a logit of -infinity hides its pair whatever the pair's scale is, unless NaN", "[contrast]") {
  matrix<double> scale(rows_of_logits, classes), bias(rows_of_logits, classes, 0.25);
  for (index_t i = 0; i < rows_of_logits; ++i)
    for (index_t j = 0; j < classes; ++j) scale(i, j) = static_cast<double>((i + 2 * j) % 4 - 1);
  objective scaled{info_nce{.temperature = 0.5}, dot_product{}, pair_logits(scale, bias)};
  scaled.direction = {.rows = 0.5, .columns = 0.5};
  scaled.without_positive = no_positive::skip;
  check_as_hidden(scaled);

  scaled.direction = {};
  for_each_engine<double>([&](const auto& executor, const char*) {
    masked of(3, 0.2);
    auto gradient = zeros_like(of.logits), by_scale = gradient;
    const auto value = [&] {
      return value_and_grad(executor, scaled, matrix_targets{of.targets}, given_logits{of.with_mask},
                            {.logits = gradient, .pair_scale = by_scale})
          .value;
    };
    CHECK(std::isfinite(value()));
    CHECK(all_finite(gradient));
    CHECK(all_finite(by_scale));
    of.with_mask(4, 6) = -infinite;  // a positive
    for (const double its : {0.0, -1.0, 2.0}) {
      scale(4, 6) = its;
      CHECK(value() == infinite);
      CHECK(all_finite(gradient));
    }
    scale(4, 6) = std::numeric_limits<double>::quiet_NaN();
    CHECK(std::isnan(value()));
    scale(4, 6) = 1;
  });
}

TEST_CASE("a candidate's bias of -infinity hides it from every anchor", "[contrast]") {
  const auto z = random_embeddings<double>(6, 3, 1), c = random_embeddings<double>(40, 3, 2);
  std::vector<double> bias(40), allowed(40, 1);
  for (const std::size_t k : {0U, 9U, 16U, 17U, 39U}) bias[k] = -infinite, allowed[k] = 0;
  const auto targets = targets_of([&](index_t a, index_t k) {
    if (k == a + 1) return positive_pair();
    return negative_pair(allowed[static_cast<std::size_t>(k)]);
  });
  const auto all = targets_of([&](index_t a, index_t k) { return k == a + 1 ? positive_pair() : negative_pair(); });
  for_each_engine<double>([&](const auto& executor, const char*) {
    auto got = zeros_like(c), expected = got;
    const double value = value_and_grad(executor, objective{info_nce{}, cosine{}, candidate_bias{bias}}, all, z, c,
                                        {.candidates = {got}});
    const double hidden =
        value_and_grad(executor, objective{info_nce{}, cosine{}}, targets, z, c, {.candidates = {expected}});
    CHECK(error_of(value, static_cast<long double>(hidden)) <= 1e-13L);
    for (std::size_t k = 0; k < got.entries().size(); ++k)
      CHECK(std::fabs(got.entries()[k] - expected.entries()[k]) <= 1e-14);
  });
}

TEST_CASE("-infinity at a positive with mass: an infinite loss and finite slopes; a row of nothing else is refused",
          "[contrast]") {
  const objective softmax{info_nce{.temperature = 1}};
  for_each_engine<double>([&](const auto& executor, const char*) {
    masked of(3, 0.2);
    auto gradient = zeros_like(of.logits);
    const auto value = [&](const auto& criterion) {
      return static_cast<double>(value_and_grad(executor, criterion, matrix_targets{of.targets},
                                                given_logits{of.with_mask}, {.logits = gradient})
                                     .value);
    };
    of.with_mask(4, 6) = -infinite;
    CHECK(value(softmax) == infinite);
    CHECK(all_finite(gradient));
    CHECK(gradient(4, 6) == Approx(-0.75 / rows_of_logits));
    CHECK(value(objective{multi_similarity{}, dot_product{}}) == infinite);
    CHECK(all_finite(gradient));
    for (index_t j = 0; j < classes; ++j) of.with_mask(4, j) = -infinite;
    CHECK_THAT(refusal_of([&] { value(softmax); }), ContainsSubstring("anchor 4 sees no candidate"));
    of.with_mask(4, 0) = std::numeric_limits<double>::quiet_NaN();
    CHECK(std::isnan(value(softmax)));
    of.with_mask(4, 0) = -infinite;
    of.targets(4, 6) = of.targets(4, 13) = 0;  // without mass the row counts 0
    CHECK(std::isfinite(value(softmax)));
    CHECK(all_finite(gradient));
  });
}

TEST_CASE("-infinity at a positive of distances by every engine, over several vectors and both directions",
          "[contrast]") {
  const auto z = random_embeddings<double>(40, 3, 31), c = random_embeddings<double>(70, 3, 32);
  matrix<double> bias(40, 70), factor(40, 70, 1.0);
  for (std::size_t k = 0; k < bias.entries().size(); k += 13) bias.entries()[k] = -infinite;
  const auto targets =
      targets_of([](index_t a, index_t k) { return k % 7 == a % 7 ? positive_pair() : negative_pair(); });
  objective criterion{multi_similarity{}, negative_distance{}, pair_logits{factor, bias}};
  criterion.direction = {.rows = 0.5, .columns = 0.5};
  matrix<double> expected;
  for_each_engine<double>([&](const auto& executor, const char* name) {
    auto by_z = zeros_like(z), by_c = zeros_like(c);
    const double value = value_and_grad(executor, criterion, targets, z, c, {.anchors = by_z, .candidates = {by_c}});
    INFO(name);
    CHECK(value == infinite);
    CHECK(all_finite(by_z));
    CHECK(all_finite(by_c));
    if (expected.rows() == 0) expected = by_z;
    CHECK(largest_difference(by_z, expected) < 1e-12L);
  });
}

TEST_CASE("distillation with -infinity in the student: what the teacher has by rounding alone, and NaN", "[contrast]") {
  const auto value_of_rows = [](std::vector<double> student, std::vector<double> teacher, std::vector<double>& slopes) {
    const auto width = static_cast<index_t>(student.size());
    slopes.assign(student.size(), 0);
    return static_cast<double>(value_and_grad(serial{}, knowledge_distillation{.temperature = 1},
                                              as_matrix(student, 1, width), as_matrix(teacher, 1, width),
                                              {.first = as_matrix(slopes, 1, width)})
                                   .value);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> slopes, without;
  const double value = value_of_rows({0, 5, -infinite}, {3, 0, -2000}, slopes);
  CHECK(value == Approx(value_of_rows({0, 5}, {3, 0}, without)).epsilon(1e-13));
  CHECK(slopes[0] == Approx(without[0]).epsilon(1e-13));
  CHECK(slopes[2] == 0);
  CHECK(value_of_rows({0, 5, -infinite}, {3, 0, 1}, slopes) == infinite);
  CHECK(std::isnan(value_of_rows({0, 1, -infinite}, {nan, 0, 0}, slopes)));
  CHECK(std::isnan(value_of_rows({nan, -infinite, 1}, {0, -3000, 0}, slopes)));
  CHECK(std::isnan(value_of_rows({1, 2, nan, -infinite}, {1, 1.5, -infinite, -infinite}, slopes)));

  auto gradient = random_embeddings<double>(2, 3, 9);  // a refused call leaves what it would add to
  const auto before = gradient;
  const auto logits = random_embeddings<double>(2, 3, 10);
  auto masked_row = logits;
  for (index_t k = 0; k < 3; ++k) masked_row(1, k) = -infinite;
  CHECK_THROWS_WITH(backward(serial{}, knowledge_distillation{}, masked_row, logits, 1.0, {.first = gradient}),
                    ContainsSubstring("all logits of row 1"));
  CHECK(same_bits(gradient, before));
}

TEST_CASE("distillation leaves out classes of probability 0", "[contrast]") {
  auto student = random_embeddings<double>(3, 21, 7), teacher = random_embeddings<double>(3, 21, 8);
  auto gradient = zeros_like(student), few = gradient;
  const knowledge_distillation loss{.temperature = 2};
  for_each_engine<double>([&](const auto& executor, const char*) {
    const auto value = [&] { return value_and_grad(executor, loss, student, teacher, {.first = gradient}).value; };
    student(0, 0) = teacher(0, 0) = student(1, 20) = teacher(1, 20) = teacher(1, 4) =
        -infinite;  // (1, 4): teacher alone
    double expected = 0;
    for (index_t i = 0; i < 3; ++i) {
      double of_student = 0, of_teacher = 0;
      for (index_t j = 0; j < 21; ++j)
        of_student += std::exp(student(i, j) / 2), of_teacher += std::exp(teacher(i, j) / 2);
      for (index_t j = 0; j < 21; ++j) {
        const double p = std::exp(teacher(i, j) / 2) / of_teacher, q = std::exp(student(i, j) / 2) / of_student;
        if (p > 0) expected += 4.0 / 3 * p * std::log(p / q);
        few(i, j) = 2.0 / 3 * (q - p);
      }
    }
    CHECK(value() == Approx(expected).epsilon(1e-13));
    for (std::size_t k = 0; k < few.entries().size(); ++k)
      CHECK(std::fabs(gradient.entries()[k] - few.entries()[k]) <= 1e-15);
    const double kept = student(2, 3);
    student(2, 3) = -infinite;
    CHECK(value() == infinite);
    CHECK(all_finite(gradient));
    student(2, 3) = kept;
    const auto logits = teacher;
    for (index_t j = 0; j < 21; ++j) teacher(1, j) = -infinite;
    CHECK_THAT(refusal_of([&] { value(); }), ContainsSubstring("all logits of row 1 are -infinity"));
    teacher = student;
    for (index_t j = 0; j < 21; ++j) teacher(0, j) += 3;
    CHECK(value() < 1e-28);  // exact where both agree, masked or not
    teacher = logits;
  });
}

TEST_CASE("binary cross entropy and decoupled mixup at logits of -infinity", "[contrast]") {
  matrix<double> soft(1, 4), logits(1, 4), gradient(1, 4);
  logits.entries() = {-infinite, 0.5, -1, -infinite}, soft.entries() = {0, 1, 0.25, 0};
  const double bits = std::log1p(std::exp(-0.5)) + std::log1p(std::exp(-1.0)) + 0.25;
  const auto binary = [&] {
    return value_and_grad(tiled{.threads = 1}, soft_binary_cross_entropy{}, soft, given_logits{logits},
                          {.logits = gradient})
        .value;
  };
  CHECK(binary() == Approx(bits));
  CHECK((gradient(0, 0) == 0 && gradient(0, 3) == 0));
  soft(0, 3) = 0.5;
  CHECK(binary() == infinite);
  CHECK(gradient(0, 3) == -0.5);

  pair_targets targets;
  targets.own = {1}, targets.partner = {3}, targets.lambda = {1};
  const auto mixed = [&](const decoupled_mixup& loss) {
    return value_and_grad(serial{}, loss, targets, given_logits{logits}, {.logits = gradient}).value;
  };
  CHECK(mixed({.own_weight = 0.1, .partner_weight = 0}) == Approx(1.1 * std::log1p(std::exp(-1.5))));
  CHECK(all_finite(gradient));
  CHECK(mixed({}) == infinite);  // the partner's class alone, which is impossible
  CHECK(all_finite(gradient));
}

TEST_CASE("uniformity of one row is refused: no pair to take a mean of", "[contrast]") {
  const auto z = random_embeddings<double>(1, 3, 1);
  for_each_engine<double>([&](const auto& executor, const char*) {
    const objective criterion{uniformity{}, negative_squared_distance{}};
    CHECK_THAT(refusal_of([&] { value_of(executor, criterion, other_rows{}, z, z); }),
               ContainsSubstring("at least two rows"));
  });
}

TEST_CASE("in float, thousands of positives neither drift nor meet a large log-sum", "[contrast]") {
  for (const index_t number : {1000, 6001, 40000}) {
    // two kinds of logits, 25 apart; positives are the first three quarters
    const index_t positives = number * 3 / 4;
    matrix<float> logits(1, number), targets(1, number), gradient(1, number);
    long double sum = 0, attraction = 0;
    for (index_t j = 0; j < number; ++j) {
      logits(0, j) = j % 3 == 0 ? 50.0F : 25.0F;
      targets(0, j) = j < positives ? static_cast<float>(1.0 / static_cast<double>(positives)) : 0.0F;
      sum += std::exp(static_cast<long double>(logits(0, j)) - 50);
      if (j < positives)
        attraction += (50 - static_cast<long double>(logits(0, j))) / static_cast<long double>(positives);
    }
    const double expected = static_cast<double>(std::log(sum) + attraction);
    for_each_engine<float>([&](const auto& executor, const char* name) {
      INFO(name << ", " << number);
      const double value =
          static_cast<double>(value_and_grad(executor, objective{info_nce{.temperature = 1}}, matrix_targets{targets},
                                             given_logits{logits}, {.logits = gradient})
                                  .value);
      CHECK(std::fabs(value - expected) <= 3e-6 * (1 + expected));
      const double share = 1 / static_cast<double>(positives), q = static_cast<double>(1 / sum);
      CHECK(std::fabs(static_cast<double>(gradient(0, 0)) - (q - share)) <= 1e-6 * share);
      CHECK(std::fabs(static_cast<double>(gradient(0, 1)) + share) <= 1e-6 * share);
    });
  }
}
