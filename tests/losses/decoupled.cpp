// SPDX-License-Identifier: BSD-3-Clause
// decoupled against its definition written out, its derivatives, its bound and the losses that it is related to.
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/contrast/objective.hpp>
#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/weighted_softmax.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t samples = 5, width = 4;
const view_targets views{.samples = samples};

/// Of every row with every other: positive where `share` is > 0, else a negative that counts `weight` times. An anchor
/// that lacks positives or negatives counts 0.
long double decoupled_written_out(long double temperature, const reference::table& similarity,
                                  const reference::table& share, const reference::table& weight) {
  long double sum = 0;
  for (index_t i = 0; i < similarity.rows(); ++i) {
    long double partition = 0, attraction = 0;
    bool positive = false;
    for (index_t j = 0; j < similarity.width(); ++j) {
      const long double logit = similarity(i, j) / temperature;
      if (share(i, j) > 0)
        attraction += share(i, j) * logit, positive = true;
      else
        partition += weight(i, j) * std::exp(logit);
    }
    if (positive && partition > 0) sum += std::log(partition) - attraction;
  }
  return sum / static_cast<long double>(similarity.rows());
}

template <class T>
reference::table cosines(const matrix<T>& a, const matrix<T>& c) {
  return reference::products(reference::unit(converted<long double>(a)), reference::unit(converted<long double>(c)));
}

/// Equal shares among the other rows of a class, and no row a candidate of itself.
struct shares_of_labels {
  reference::table share, weight;
  explicit shares_of_labels(const std::vector<int>& labels)
      : share(static_cast<index_t>(labels.size()), static_cast<index_t>(labels.size())),
        weight(share.rows(), share.rows(), 1) {
    const auto same = reference::same_label(labels);
    for (index_t i = 0; i < share.rows(); ++i) {
      long double positives = -1;  // the row itself
      for (index_t j = 0; j < share.rows(); ++j) positives += same(i, j);
      for (index_t j = 0; j < share.rows(); ++j)
        if (j != i && same(i, j) > 0) share(i, j) = 1 / positives;
      weight(i, i) = 0;
    }
  }
};

/// Two views stacked: row i and row i + samples.
std::vector<int> labels_of_views() { return {0, 1, 2, 3, 4, 0, 1, 2, 3, 4}; }

template <class Objective, class Targets>
void check_gradient_by_differences(const Objective& criterion, const Targets& targets, matrix<double> z) {
  for_each_engine<double>([&](const auto& executor, const char* name) {
    INFO(name);
    auto gradient = zeros_like(z);
    value_and_grad(executor, criterion, targets, z, gradient);
    CHECK(largest_entry(gradient) > 0.01L);
    for (double& entry : z.entries()) {
      const auto at = static_cast<std::size_t>(&entry - z.data());
      const double middle = entry, step = 1e-5;
      entry = middle + step;
      const double above = value_of(executor, criterion, targets, z, z);
      entry = middle - step;
      const double below = value_of(executor, criterion, targets, z, z);
      entry = middle;
      CHECK(gradient.entries()[at] == Approx((above - below) / (2 * step)).epsilon(1e-6).margin(1e-8));
    }
  });
}

}  // namespace

TEMPLATE_TEST_CASE("decoupled agrees with its definition written out", "[contrast]", float, double, long double) {
  value_check<TestType> agrees("decoupled");
  random_numbers draw(71);
  for (const double temperature : {0.05, 0.1, 0.5, 3.0}) {
    const auto logit = 1 / static_cast<long double>(temperature);
    const objective criterion{decoupled{.temperature = temperature}, cosine{}};

    const auto z = random_embeddings<TestType>(2 * samples, width, draw);
    const shares_of_labels by_view(labels_of_views());
    agrees(criterion, views, z, z, 2 * samples, width, logit,
           decoupled_written_out(reference::wide(temperature), cosines(z, z), by_view.share, by_view.weight));

    const std::vector<int> labels{0, 1, 2, 0, 1, 0, 0, 1, 7, 2};  // classes of 4, 3, 2 and 1 rows
    const shares_of_labels by_label(labels);
    agrees(criterion, label_targets{.labels = labels}, z, z, 2 * samples, width, logit,
           decoupled_written_out(reference::wide(temperature), cosines(z, z), by_label.share, by_label.weight));
  }
  agrees.bound_is_tight();
}

TEMPLATE_TEST_CASE("decoupled takes shares of any mass, and weights of the negatives alone", "[contrast]", float,
                   double) {
  value_check<TestType> agrees("decoupled, dense");
  random_numbers draw(72);
  for (int i = 0; i < 30; ++i) {
    const index_t anchors = draw.between(1, 9), candidates = draw.between(2, 20);
    matrix<double> share(anchors, candidates), weight(anchors, candidates);
    for (double& p : share.entries()) p = draw.chance(0.3) ? draw.uniform(0.1, 1) : 0;
    for (double& w : weight.entries()) w = draw.chance(0.7) ? draw.uniform(0.1, 2) : 0;
    const auto a = random_embeddings<TestType>(anchors, width, draw);
    const auto c = random_embeddings<TestType>(candidates, width, draw);
    agrees(objective{decoupled{.temperature = 0.2}, cosine{}}, matrix_targets(share, weight), a, c, candidates, width,
           5 * static_cast<long double>(candidates),  // logits to 5, and shares to 1
           decoupled_written_out(0.2L, cosines(a, c), converted<long double>(share), converted<long double>(weight)));
  }
}

TEST_CASE("the gradient of decoupled is that of finite differences", "[contrast]") {
  const std::vector<int> labels{0, 1, 0, 1, 1, 0, 7};
  const auto z = random_embeddings<double>(7, width, 73);
  check_gradient_by_differences(objective{decoupled{}, cosine{}}, label_targets{.labels = labels}, z);
  check_gradient_by_differences(objective{decoupled{.temperature = 2}, negative_squared_distance{}},
                                label_targets{.labels = labels}, z);
}

TEST_CASE("the slope of decoupled by its temperature is that of finite differences", "[contrast]") {
  const auto z = random_embeddings<double>(2 * samples, width, 74);
  for_each_engine<double>([&](const auto& executor, const char* name) {
    INFO(name);
    auto at = [&](double temperature) {
      return value_of(executor, objective{decoupled{.temperature = temperature}}, views, z, z).value;
    };
    double slope = 0;
    value_and_grad(executor, objective{decoupled{}}, views, z, z, {.temperature = &slope});
    CHECK(slope == Approx((at(0.1 + 1e-6) - at(0.1 - 1e-6)) / 2e-6).epsilon(1e-6));
  });
}

TEST_CASE("an anchor without a positive counts 0 in the mean of decoupled, is left out of it, or is refused",
          "[contrast]") {
  const std::vector<int> labels{0, 1, 0, 1, 7};
  const auto z = random_embeddings<double>(5, width, 75);
  const label_targets targets{.labels = labels};
  for_each_engine<double>([&](const auto& executor, const char* name) {
    INFO(name);
    objective criterion{decoupled{}, cosine{}};
    const auto counted = value_of(executor, criterion, targets, z, z);
    criterion.without_positive = no_positive::skip;
    const auto skipped = value_of(executor, criterion, targets, z, z);
    CHECK(counted.anchors_used == 4);
    CHECK(skipped.anchors_used == 4);
    CHECK(skipped.value == Approx(counted.value * 5 / 4).epsilon(1e-14));
    criterion.without_positive = no_positive::error;
    CHECK_THROWS_WITH(value_of(executor, criterion, targets, z, z), ContainsSubstring("anchor 4 has no positive"));
  });
}

TEST_CASE("an anchor without a negative does not reach decoupled: value 0, gradient 0, not used", "[contrast]") {
  const std::vector<int> one_class{3, 3, 3}, one_label{3};
  const auto z = random_embeddings<double>(3, width, 76), one_row = random_embeddings<double>(1, width, 77);
  // anchor 0 sees its positive alone, anchor 1 a negative as well
  matrix<double> share(2, 3), weight(2, 3);
  share(0, 0) = weight(0, 0) = share(1, 1) = weight(1, 1) = weight(1, 2) = 1;
  const auto two = rows_of(z, 0, 2);
  for_each_engine<double>([&](const auto& executor, const char* name) {
    INFO(name);
    objective criterion{decoupled{}, cosine{}};
    auto gradient = z, gradient_of_row = one_row;
    const auto alike = value_and_grad(executor, criterion, label_targets{.labels = one_class}, z, gradient);
    CHECK(alike.value == 0);
    CHECK(alike.anchors_used == 0);
    CHECK(largest_entry(gradient) == 0);
    const auto alone =
        value_and_grad(executor, criterion, label_targets{.labels = one_label}, one_row, gradient_of_row);
    CHECK(alone.value == 0);
    CHECK(alone.anchors_used == 0);
    CHECK(largest_entry(gradient_of_row) == 0);

    const long double expected = (cosines(two, z)(1, 2) - cosines(two, z)(1, 1)) / 0.1L;
    const auto counted = value_of(executor, criterion, matrix_targets(share, weight), two, z);
    CHECK(counted.anchors_used == 1);
    CHECK(error_of(counted.value, expected / 2) < 1e-12L);
    criterion.without_positive = no_positive::skip;
    CHECK(error_of(value_of(executor, criterion, matrix_targets(share, weight), two, z).value, expected) < 1e-12L);
  });
}

TEMPLATE_TEST_CASE("equal rows have the decoupled loss log(2N - 2), and no gradient", "[contrast]", float, double) {
  matrix<TestType> z(2 * samples, width);
  for (index_t i = 0; i < z.rows(); ++i)
    for (index_t k = 0; k < width; ++k) z(i, k) = static_cast<TestType>(k) - TestType(0.5);
  auto gradient = z;
  for_each_engine<TestType>([&](const auto& executor, const char* name) {
    for (const double temperature : {1e-3, 0.1, 1e3}) {
      INFO(name << ", temperature " << temperature);
      const TestType value =
          value_and_grad(executor, objective{decoupled{.temperature = temperature}, cosine{}}, views, z, gradient);
      const long double logit = 1 / static_cast<long double>(temperature);
      CHECK(error_of(value, std::log(8.0L)) <= 4 * rounding_bound<TestType>(2 * samples, width, logit));
      CHECK(largest_entry(gradient) <= rounding_bound<TestType>(2 * samples, width, logit));
    }
  });
}

TEMPLATE_TEST_CASE("decoupled is right at a temperature whose exponentials overflow", "[contrast]", float, double) {
  const auto z = random_embeddings<TestType>(2 * samples, width, 78);
  const shares_of_labels by_view(labels_of_views());
  value_check<TestType> agrees("decoupled, temperature 0.001");  // exp(1000) is a number in long double
  agrees(objective{decoupled{.temperature = 1e-3}, cosine{}}, views, z, z, 2 * samples, width, 1000,
         decoupled_written_out(reference::wide(1e-3), cosines(z, z), by_view.share, by_view.weight));
  for_each_engine<TestType>([&](const auto& executor, const char* name) {
    INFO(name);
    auto gradient = z;
    value_and_grad(executor, objective{decoupled{.temperature = 1e-3}, cosine{}}, views, z, gradient);
    CHECK(all_finite(gradient));
  });
}

TEST_CASE("decoupled of two views is at least log(2N - 2) - 2 / temperature, and reaches it", "[contrast]") {
  for (std::uint64_t seed = 80; seed < 120; ++seed) {
    const auto z = random_embeddings<double>(2 * samples, 2, seed);
    CHECK(value_of(objective{decoupled{.temperature = 0.3}, cosine{}}, views, z) >= std::log(8.0) - 2 / 0.3);
  }
  matrix<double> opposite(4, 1);  // both views of sample 0 at 1, of sample 1 at -1
  opposite(0, 0) = opposite(2, 0) = 1, opposite(1, 0) = opposite(3, 0) = -1;
  const double least = value_of(objective{decoupled{}, cosine{}}, view_targets{.samples = 2}, opposite);
  CHECK(least == Approx(std::log(2.0) - 2 / 0.1).epsilon(1e-14));
  CHECK(least < 0);
}

TEST_CASE("info_nce of an anchor with one positive is softplus of its decoupled loss", "[contrast]") {
  for (std::uint64_t seed = 120; seed < 140; ++seed) {
    const auto a = random_embeddings<double>(1, width, seed), c = random_embeddings<double>(6, width, seed + 100);
    const double without = value_of(serial{}, objective{decoupled{}, cosine{}}, diagonal_targets{}, a, c);
    const double with = value_of(serial{}, objective{info_nce{}, cosine{}}, diagonal_targets{}, a, c);
    CHECK(with == Approx(std::log1p(std::exp(without))).epsilon(1e-11));
  }
}

TEST_CASE("decoupled is weighted_softmax with kappa 1 whose positives have weight 0", "[contrast]") {
  const auto z = random_embeddings<double>(6, width, 79);
  matrix<double> share(6, 6), weight(6, 6, 1);
  for (index_t i = 0; i < 6; ++i) share(i, (i + 3) % 6) = 1, weight(i, i) = weight(i, (i + 3) % 6) = 0;
  const std::vector<double> kappa(6, 1.0);
  const double dense = value_of(objective{weighted_softmax{.kappa = kappa, .temperature = 0.1}, cosine{}},
                                matrix_targets(share, weight), z);
  CHECK(value_of(objective{decoupled{}, cosine{}}, view_targets{.samples = 3}, z).value ==
        Approx(dense).epsilon(1e-12));
}

TEST_CASE("decoupled as its page calls it", "[contrast]") {
  const auto z = random_embeddings<double>(2 * samples, width, 70);
  auto gradient = zeros_like(z);
  const objective dcl{decoupled{.temperature = 0.1}, cosine{}};
  const double loss = value_and_grad(tiled{}, dcl, view_targets{.samples = samples}, z, gradient);
  CHECK(loss == Approx(value_of(objective{decoupled{}}, views, z)));
}

TEST_CASE("decoupled refuses a temperature that is not above 0", "[contrast]") {
  CHECK_THROWS_WITH(objective{decoupled{.temperature = 0}}, ContainsSubstring("temperature is 0"));
}
