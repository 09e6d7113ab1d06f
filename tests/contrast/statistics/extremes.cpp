// SPDX-License-Identifier: BSD-3-Clause
// Rows and logits at the ends of what a type holds.
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

template <class T>
matrix<T> scaled(matrix<T> z, T by) {
  for (T& x : z.entries()) x *= by;
  return z;
}

}  // namespace

TEMPLATE_TEST_CASE("rows of 1e30 and of 1e-8 have the cosine loss of the same rows near 1", "[contrast]", float,
                   double) {
  const auto z = random_embeddings<TestType>(12, 5, 1);
  const objective criterion{info_nce{.temperature = 0.2}, cosine{}};
  const view_targets targets{.samples = 6};
  for_each_engine<TestType>([&](const auto& executor, const char* engine) {
    auto gradient = zeros_like(z), scaled_gradient = z;
    const TestType expected = value_and_grad(executor, criterion, targets, z, gradient);
    for (const TestType by : {TestType(1e30), TestType(1e10), TestType(1e-8)}) {
      INFO(engine << ", times " << by);
      const TestType value = value_and_grad(executor, criterion, targets, scaled(z, by), scaled_gradient);
      CHECK(value == Approx(expected).epsilon(1e-5));
      if (by > TestType(1e20) && std::is_same_v<TestType, float>)
        continue;  // a gradient of 1e-31 has few digits in float
      const auto back = scaled(scaled_gradient, by);
      CHECK(largest_difference(back, gradient) <= 1e-5L * largest_entry(gradient));
    }
  });
}

TEMPLATE_TEST_CASE("rows shorter than 1e-12 count as having no direction: finite, and gradient 0", "[contrast]", float,
                   double) {
  const auto z = scaled(random_embeddings<TestType>(8, 5, 2), TestType(1e-30));
  auto gradient = z;
  for_each_engine<TestType>([&](const auto& executor, const char*) {
    const TestType value = value_and_grad(executor, objective{info_nce{.temperature = 0.2}, cosine{}},
                                          view_targets{.samples = 4}, z, gradient);
    CHECK(value == Approx(std::log(7.0)).epsilon(1e-6));  // all similarities are 0
    CHECK(largest_entry(gradient) == 0);
  });
}

TEMPLATE_TEST_CASE("identical rows score log(2N - 1), and the gradient vanishes", "[contrast]", float, double) {
  matrix<TestType> z(10, 7);
  for (index_t i = 0; i < 10; ++i)
    for (index_t k = 0; k < 7; ++k) z(i, k) = static_cast<TestType>(k) - TestType(2.5);
  auto gradient = z;
  for_each_engine<TestType>([&](const auto& executor, const char*) {
    for (const double temperature : {1e-3, 0.07, 1.0, 1e3}) {
      const TestType value = value_and_grad(executor, objective{info_nce{.temperature = temperature}, cosine{}},
                                            view_targets{.samples = 5}, z, gradient);
      const long double bound = rounding_bound<TestType>(10, 7, 1 / static_cast<long double>(temperature));
      CHECK(error_of(value, std::log(9.0L)) <= bound * std::log(9.0L));
      CHECK(static_cast<double>(largest_entry(gradient)) <=
            8 * static_cast<double>(std::numeric_limits<TestType>::epsilon()) / temperature);
    }
  });
}

TEMPLATE_TEST_CASE("antipodal rows have their exact loss at any temperature", "[contrast]", float, double) {
  matrix<TestType> a(2, 3), c(2, 3);
  a(0, 0) = 1, a(1, 0) = -1, c(0, 0) = 2, c(1, 0) = -3;  // each positive alike, each negative opposite
  for_each_engine<TestType>([&](const auto& executor, const char*) {
    for (const double temperature : {0.05, 0.5, 10.0}) {
      const double gap = 2 / temperature;
      const objective criterion{info_nce{.temperature = temperature}, cosine{}};
      CHECK(value_of(executor, criterion, diagonal_targets{}, a, c).value ==
            Approx(std::log1p(std::exp(-gap))).epsilon(1e-5));
      const auto crossed = targets_of([](index_t i, index_t j) { return i == j ? negative_pair() : positive_pair(); });
      CHECK(value_of(executor, criterion, crossed, a, c).value ==
            Approx(gap + std::log1p(std::exp(-gap))).epsilon(1e-5));
    }
  });
}

TEMPLATE_TEST_CASE("logits of plus and minus 10000 are finite and right", "[contrast]", float, double) {
  matrix<TestType> a(3, 1), c(4, 1);
  a(0, 0) = 100, a(1, 0) = -100, a(2, 0) = 0.5;
  c(0, 0) = 100, c(1, 0) = -100, c(2, 0) = 0, c(3, 0) = 99;
  const auto s = reference::products(converted<long double>(a), converted<long double>(c));
  const auto expected = static_cast<double>(reference::n_pair_mix(s, {1, 1, 1}, {0, 1, 2}, 1));
  for_each_engine<TestType>([&](const auto& executor, const char*) {
    matrix<TestType> da(3, 1), dc(4, 1);
    const TestType value = value_and_grad(executor, objective{info_nce{.temperature = 1}, dot_product{}},
                                          diagonal_targets{}, a, c, {.anchors = da, .candidates = {dc}});
    CHECK(value == Approx(expected).epsilon(1e-6));
    CHECK(all_finite(da));
    CHECK(all_finite(dc));
  });
}

TEST_CASE("a loss near 0 keeps its digits", "[contrast]") {
  // the positive at logit 20, one negative at -20: float sees log(1 + e^-40), which Z - l would round to 0
  matrix<float> a(1, 1, 1), c(2, 1);
  c(0, 0) = 20, c(1, 0) = -20;
  for_each_engine<float>([&](const auto& executor, const char*) {
    matrix<float> da(1, 1);
    const float value = value_and_grad(executor, objective{info_nce{.temperature = 1}, dot_product{}},
                                       diagonal_targets{}, a, c, {.anchors = da});
    CHECK(static_cast<double>(value) == Approx(std::exp(-40.0)).epsilon(1e-6));
    CHECK(static_cast<double>(da(0, 0)) == Approx(-40 * std::exp(-40.0)).epsilon(1e-6));
  });
}

TEST_CASE("nothing finite becomes NaN or infinite at temperatures from 0.001 to 1000", "[contrast]") {
  random_numbers draw(3);
  for (int i = 0; i < 2000; ++i) {
    const index_t samples = draw.between(1, 4), width = draw.between(1, 5);
    const double temperature = std::exp(draw.uniform(std::log(1e-3), std::log(1e3)));
    auto z = random_embeddings<float>(2 * samples, width, draw);
    const double size = std::exp(draw.uniform(-30, 30));  // from 1e-13 to 1e13
    for (float& x : z.entries()) x *= draw.chance(0.1) ? 0 : static_cast<float>(size);
    const auto labels = random_labels(2 * samples, 3, draw);
    auto gradient = z;
    for_each_engine<float>([&](const auto& executor, const char* engine) {
      const float value = value_and_grad(executor, objective{info_nce{.temperature = temperature}, cosine{}},
                                         label_targets{.labels = labels}, z, gradient);
      INFO(engine << ", case " << i << ", temperature " << temperature << '\n' << z);
      CHECK(std::isfinite(value));
      CHECK(all_finite(gradient));
      CHECK(value >= -1e-4F / static_cast<float>(temperature));
    });
  }
}
