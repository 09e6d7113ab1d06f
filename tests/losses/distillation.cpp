// SPDX-License-Identifier: BSD-3-Clause
// Distillation and max-margin: what is special to each. Values and gradients are the case table's.
#include "support/agreement.hpp"
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets/first_own.hpp>
#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/contrastive_distillation.hpp>
#include <mixcon/losses/knowledge_distillation.hpp>
#include <mixcon/losses/mmcl.hpp>
#include <mixcon/losses/relational_distillation.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEST_CASE("knowledge_distillation as its page calls it: 0 where logits agree up to a constant", "[contrast]") {
  const auto student = random_embeddings<double>(5, 6, 71);
  auto teacher = random_embeddings<double>(5, 6, 72), gradient = zeros_like(student);
  const knowledge_distillation softened{.temperature = 4};
  const double loss = value_and_grad(tiled{}, softened, student, teacher, {.first = gradient});
  CHECK(loss > 0);
  teacher = student;
  for (index_t k = 0; k < 6; ++k) teacher(2, k) += 8;
  CHECK(value_and_grad(tiled{}, softened, student, teacher, {.first = gradient}).value < 1e-30);
  CHECK(largest_entry(gradient) < 1e-15L);
  CHECK_THROWS_WITH(value_and_grad(tiled{}, softened, student, teacher, {.second = gradient}),
                    ContainsSubstring("gradient by the teacher"));
}

TEST_CASE("knowledge_distillation is exact near 0: its second order is the variance of the difference", "[contrast]") {
  const auto teacher = random_embeddings<double>(1, 5, 73), direction = random_embeddings<double>(1, 5, 74);
  const double step = 1e-7;
  matrix<double> student = teacher;
  for (std::size_t k = 0; k < 5; ++k) student.entries()[k] += step * direction.entries()[k];
  double partition = 0, mean = 0, variance = 0;
  for (const double x : teacher.entries()) partition += std::exp(x);
  for (std::size_t k = 0; k < 5; ++k)
    mean += std::exp(teacher.entries()[k]) / partition * (student.entries()[k] - teacher.entries()[k]);
  for (std::size_t k = 0; k < 5; ++k) {
    const double apart = student.entries()[k] - teacher.entries()[k] - mean;
    variance += std::exp(teacher.entries()[k]) / partition * apart * apart;
  }
  const double loss = forward(serial{}, knowledge_distillation{.temperature = 1}, student, teacher);
  CHECK(loss == Approx(variance / 2).epsilon(1e-6));
}

TEST_CASE("contrastive_distillation as its page calls it", "[contrast]") {
  const index_t samples = 4, negatives = 3;
  const auto student = random_embeddings<double>(samples, 5, 75);
  const auto rows = random_embeddings<double>(samples * (1 + negatives), 5, 76);
  const tensor_view<const double, 3> teacher{rows.data(), {samples, 1 + negatives, 5}};
  auto gradient = zeros_like(student);
  const contrastive_distillation crd{.temperature = 0.07,
                                     .negatives = 3,
                                     .samples = 100,
                                     .normalizer = distillation_normalizer(student, teacher, 0.07, 100)};
  const objective distilled{crd, cosine{}};
  const double loss =
      value_and_grad(tiled{}, distilled, first_own_targets{}, student, candidates(own(teacher)), {.anchors = gradient});
  CHECK(loss > 0);
  double sum = 0;
  for (index_t i = 0; i < samples; ++i)
    for (index_t j = 0; j <= negatives; ++j) {
      double dot = 0;
      for (index_t k = 0; k < 5; ++k) dot += student(i, k) * rows(i * (1 + negatives) + j, k);
      sum += std::exp(dot / 0.07);
    }
  CHECK(crd.normalizer == Approx(sum / 16 * 100).epsilon(1e-13));
}

TEST_CASE("relational_distillation as its page calls it: 0 for a student that is moved, turned and scaled",
          "[contrast]") {
  const auto teacher = random_embeddings<double>(7, 2, 77);
  auto student = random_embeddings<double>(7, 3, 78), gradient = zeros_like(student);
  const relational_distillation relations{.distance = 25, .angle = 50};
  const double loss = value_and_grad(tiled{}, relations, student, teacher, {.first = gradient});
  CHECK(loss > 0);
  for (index_t i = 0; i < 7; ++i) {
    student(i, 0) = 3 * (0.6 * teacher(i, 0) - 0.8 * teacher(i, 1)) + 2;
    student(i, 1) = 3 * (0.8 * teacher(i, 0) + 0.6 * teacher(i, 1));
    student(i, 2) = -1;
  }
  CHECK(value_and_grad(tiled{}, relations, student, teacher, {.first = gradient}).value < 1e-28);
  CHECK(largest_entry(gradient) < 1e-13L);
}

TEST_CASE("relational_distillation has the same bits for any number of threads", "[contrast]") {
  const auto student = random_embeddings<float>(37, 9, 79), teacher = random_embeddings<float>(37, 5, 80);
  auto one = zeros_like(student), three = zeros_like(student);
  const float by_one = value_and_grad(tiled{.threads = 1}, relational_distillation{}, student, teacher, {.first = one});
  const float by_three =
      value_and_grad(tiled{.threads = 3}, relational_distillation{}, student, teacher, {.first = three});
  CHECK(same_bits(by_one, by_three));
  CHECK(same_bits(one, three));
}

TEST_CASE("relational_distillation: a student of any size has the value, and the gradient divided by that size",
          "[contrast]") {
  const auto student = random_embeddings<float>(9, 5, 41), teacher = random_embeddings<float>(9, 4, 42);
  auto expected = zeros_like(student);
  const float value = value_and_grad(serial{}, relational_distillation{}, student, teacher, {.first = expected});
  for (const float size : {0x1p70F, 0x1p-70F, 0x1p-100F}) {
    auto sized = student, gradient = zeros_like(student);
    for (float& x : sized.entries()) x *= size;
    const float found = value_and_grad(serial{}, relational_distillation{}, sized, teacher, {.first = gradient});
    CHECK(found == Approx(value).epsilon(1e-6));
    for (std::size_t k = 0; k < expected.entries().size(); ++k)
      CHECK(gradient.entries()[k] * size == Approx(expected.entries()[k]).epsilon(1e-4).margin(1e-6));
  }
}

TEST_CASE("mmcl as its page calls it; its coefficients are within 0 and the cap", "[contrast]") {
  const auto unit_rows = [](std::uint64_t seed) {
    auto z = random_embeddings<double>(6, 4, seed);
    for (index_t i = 0; i < 6; ++i) {
      double square = 0;
      for (index_t k = 0; k < 4; ++k) square += z(i, k) * z(i, k);
      for (index_t k = 0; k < 4; ++k) z(i, k) /= std::sqrt(square);
    }
    return z;
  };
  const auto x = unit_rows(81), y = unit_rows(82);
  auto by_x = zeros_like(x), by_y = zeros_like(y);
  const mmcl margins{.sigma = 1, .cap = 1, .ridge = 0.1};
  const double loss = value_and_grad(tiled{}, margins, x, y, {.first = by_x, .second = by_y});
  CHECK(std::isfinite(loss));
  matrix<double> coefficients(6, 6);
  mmcl_coefficients(serial{}, margins, x, mixcon::view(coefficients));
  for (index_t t = 0; t < 6; ++t) {
    CHECK(coefficients(t, t) == 0);
    for (index_t i = 0; i < 6; ++i) CHECK((coefficients(t, i) >= 0 && coefficients(t, i) <= 1));
  }
  auto huge = x;
  for (double& entry : huge.entries()) entry *= 100;
  CHECK_THROWS_WITH(forward(serial{}, margins, huge, y), ContainsSubstring("expected rows of about unit length"));
  CHECK_THROWS_WITH(forward(serial{}, margins, rows_of(x, 0, 1), rows_of(y, 0, 1)), ContainsSubstring("1 sample"));
}
