// SPDX-License-Identifier: BSD-3-Clause
// What must hold of the losses whatever the numbers: symmetries, bounds, and losses that are special cases of others.
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/supcon_inside.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t samples = 6, width = 5;
const std::vector<int> labels{2, 0, 2, 1, 1, 2};
const objective nt_xent{info_nce{.temperature = 0.2}, cosine{}};
const objective inside{supcon_inside{.temperature = 0.2}, cosine{}};
const view_targets views{.samples = samples};
const label_targets classes{.labels = labels, .views = 2};

matrix<double> batch(std::uint64_t seed) { return random_embeddings<double>(2 * samples, width, seed); }

template <class Objective, class Targets>
matrix<double> gradient_of(const Objective& criterion, const Targets& targets, const matrix<double>& z) {
  auto gradient = z;
  value_and_grad(serial{}, criterion, targets, z, gradient);
  return gradient;
}

/// Row i of the answer is row order[i].
matrix<double> reordered(const matrix<double>& z, const std::vector<index_t>& order) {
  auto r = z;
  for (index_t i = 0; i < z.rows(); ++i)
    for (index_t k = 0; k < z.width(); ++k) r(i, k) = z(order[static_cast<std::size_t>(i)], k);
  return r;
}

/// The rows reflected at a random hyperplane, then at another: a rotation.
matrix<double> rotated(matrix<double> z, std::uint64_t seed) {
  random_numbers draw(seed);
  for (int reflection = 0; reflection < 2; ++reflection) {
    const auto normal = random_embeddings<double>(1, z.width(), draw);
    double square = 0;
    for (const double x : normal.entries()) square += x * x;
    for (index_t i = 0; i < z.rows(); ++i) {
      double along = 0;
      for (index_t k = 0; k < z.width(); ++k) along += z(i, k) * normal(0, k);
      for (index_t k = 0; k < z.width(); ++k) z(i, k) -= 2 * along / square * normal(0, k);
    }
  }
  return z;
}

void check_same(double a, double b) { CHECK(a == Approx(b).epsilon(1e-13)); }

}  // namespace

TEST_CASE("permuting samples leaves the loss and permutes the gradient", "[contrast]") {
  const auto z = batch(1);
  const std::vector<index_t> by_sample{3, 0, 5, 1, 4, 2, 9, 6, 11, 7, 10, 8};
  std::vector<int> moved;
  for (index_t i = 0; i < samples; ++i)
    moved.push_back(labels[static_cast<std::size_t>(by_sample[static_cast<std::size_t>(i)])]);
  const auto p = reordered(z, by_sample);
  check_same(value_of(nt_xent, views, p), value_of(nt_xent, views, z));
  CHECK(largest_difference(gradient_of(nt_xent, views, p), reordered(gradient_of(nt_xent, views, z), by_sample)) <
        1e-13L);
  const label_targets moved_classes{.labels = moved, .views = 2};
  check_same(value_of(inside, moved_classes, p), value_of(inside, classes, z));
  CHECK(largest_difference(gradient_of(inside, moved_classes, p),
                           reordered(gradient_of(inside, classes, z), by_sample)) < 1e-13L);
}

TEST_CASE("exchanging the views leaves the loss and exchanges the gradient", "[contrast]") {
  const auto z = batch(2);
  const std::vector<index_t> exchange{6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5};
  check_same(value_of(nt_xent, views, reordered(z, exchange)), value_of(nt_xent, views, z));
  CHECK(largest_difference(gradient_of(nt_xent, views, reordered(z, exchange)),
                           reordered(gradient_of(nt_xent, views, z), exchange)) < 1e-13L);
  check_same(value_of(nt_xent, classes, reordered(z, exchange)), value_of(nt_xent, classes, z));
}

TEST_CASE("a rotation leaves the loss and rotates the gradient", "[contrast]") {
  const auto z = batch(3);
  const auto r = rotated(z, 4);
  const auto check = [&](const auto& criterion) {
    check_same(value_of(criterion, classes, r), value_of(criterion, classes, z));
    CHECK(largest_difference(gradient_of(criterion, classes, r), rotated(gradient_of(criterion, classes, z), 4)) <
          1e-12L);
  };
  check(nt_xent);
  check(inside);
  check(objective{info_nce{.temperature = 1}, dot_product{}});
  check(objective{info_nce{.temperature = 1}, negative_squared_distance{}});
  check(objective{info_nce{.temperature = 1}, negative_distance{}});
}

TEST_CASE("moving all rows together leaves a loss of distances", "[contrast]") {
  const auto z = batch(5);
  auto moved = z;
  for (index_t i = 0; i < z.rows(); ++i)
    for (index_t k = 0; k < width; ++k) moved(i, k) += 0.5 * static_cast<double>(k + 1);
  for (const double temperature : {0.5, 3.0}) {
    const objective squared{info_nce{.temperature = temperature}, negative_squared_distance{}};
    const objective plain{info_nce{.temperature = temperature}, negative_distance{}};
    CHECK(value_of(squared, views, moved).value == Approx(value_of(squared, views, z).value).epsilon(1e-12));
    CHECK(value_of(plain, views, moved).value == Approx(value_of(plain, views, z).value).epsilon(1e-12));
  }
}

TEST_CASE("with cosine the length of a row does not matter, and the gradient is orthogonal to it", "[contrast]") {
  const auto z = batch(6);
  const auto gradient = gradient_of(nt_xent, classes, z);
  auto stretched = z;
  for (index_t i = 0; i < z.rows(); ++i)
    for (index_t k = 0; k < width; ++k) stretched(i, k) *= static_cast<double>(i + 1);
  const auto stretched_gradient = gradient_of(nt_xent, classes, stretched);
  check_same(value_of(nt_xent, classes, stretched), value_of(nt_xent, classes, z));
  for (index_t i = 0; i < z.rows(); ++i) {
    double along = 0, square = 0, length = 0;
    for (index_t k = 0; k < width; ++k) {
      along += gradient(i, k) * z(i, k), square += gradient(i, k) * gradient(i, k), length += z(i, k) * z(i, k);
      CHECK(stretched_gradient(i, k) * static_cast<double>(i + 1) ==
            Approx(gradient(i, k)).epsilon(1e-11).margin(1e-13));
    }
    CHECK(std::fabs(along) <= 1e-12 * std::sqrt(square * length));
  }
}

TEST_CASE("a constant added to every logit of a row changes nothing", "[contrast]") {
  const auto z = batch(7);
  const auto check = [&](const auto& loss) {
    const auto plain = objective{loss, cosine{}};
    const auto raised = objective{loss, cosine{}, plain_logits{3}};
    check_same(value_of(raised, classes, z), value_of(plain, classes, z));
    CHECK(largest_difference(gradient_of(raised, classes, z), gradient_of(plain, classes, z)) < 1e-13L);
    double by_bias = 1;
    value_and_grad(serial{}, plain, classes, z, z, {.bias = &by_bias});
    CHECK(std::fabs(by_bias) < 1e-14);  // each row of d loss / d logit adds up to 0
  };
  check(info_nce{.temperature = 0.2});
  check(supcon_inside{.temperature = 0.2});
}

TEST_CASE("renaming labels changes nothing", "[contrast]") {
  const auto z = batch(8);
  std::vector<long> renamed;
  for (const int label : labels) renamed.push_back(-1000000007L * (label + 3));
  const label_targets other{.labels = renamed, .views = 2};
  CHECK(value_of(nt_xent, other, z).value == value_of(nt_xent, classes, z).value);
  CHECK(same_bits(gradient_of(inside, other, z), gradient_of(inside, classes, z)));
}

TEST_CASE("SupCon with distinct labels, or an identity mask, is NT-Xent", "[contrast]") {
  const auto z = batch(9);
  const std::vector<int> distinct{5, 9, -3, 0, 1, 7};
  matrix<double> identity(samples, samples);
  for (index_t i = 0; i < samples; ++i) identity(i, i) = 1;
  const label_targets by_label{.labels = distinct, .views = 2};
  const double expected = value_of(nt_xent, views, z);
  CHECK(value_of(nt_xent, by_label, z).value == expected);
  CHECK(value_of(nt_xent, mask_targets(identity, 2), z).value == expected);
  CHECK(same_bits(gradient_of(nt_xent, by_label, z), gradient_of(nt_xent, views, z)));
}

TEST_CASE("the form inside the logarithm is at most the one outside, and equal with one positive", "[contrast]") {
  for (std::uint64_t seed = 10; seed < 60; ++seed) {
    const auto z = batch(seed);
    CHECK(value_of(inside, classes, z).value <= value_of(nt_xent, classes, z).value + 1e-14);
    check_same(value_of(inside, views, z), value_of(nt_xent, views, z));
    CHECK(largest_difference(gradient_of(inside, views, z), gradient_of(nt_xent, views, z)) < 1e-13L);
  }
}

TEST_CASE("the losses keep their bounds: at least 0, and NT-Xent at most log(2N - 1) + 2 / temperature", "[contrast]") {
  for (std::uint64_t seed = 60; seed < 110; ++seed) {
    const auto z = batch(seed);
    const double value = value_of(nt_xent, views, z);
    CHECK(value >= 0);
    CHECK(value <= std::log(2.0 * samples - 1) + 2 / 0.2);
    CHECK(value_of(inside, classes, z).value >= 0);
  }
}

TEST_CASE("the base temperature multiplies value and gradient by temperature / base_temperature", "[contrast]") {
  const auto z = batch(11);
  const objective scaled{info_nce{.temperature = 0.2, .base_temperature = 0.07}, cosine{}};
  check_same(value_of(scaled, classes, z), value_of(nt_xent, classes, z) * 0.2 / 0.07);
  auto expected = gradient_of(nt_xent, classes, z);
  for (double& x : expected.entries()) x *= 0.2 / 0.07;
  CHECK(largest_difference(gradient_of(scaled, classes, z), expected) < 1e-13L);
}

TEST_CASE("a batch given twice as candidates adds log 2", "[contrast]") {
  random_numbers draw(12);
  const auto a = random_embeddings<double>(6, width, draw), c = random_embeddings<double>(6, width, draw);
  const auto twice = stacked(c, c);
  check_same(value_of(serial{}, nt_xent, diagonal_targets{}, a, twice),
             value_of(serial{}, nt_xent, diagonal_targets{}, a, c) + std::log(2.0));
}
