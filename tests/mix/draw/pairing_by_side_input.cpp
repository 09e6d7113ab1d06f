// SPDX-License-Identifier: BSD-3-Clause
#include "support/catch.hpp"

#include <mixcon/mix/draw/pairing_by_class.hpp>
#include <mixcon/mix/draw/pairing_by_distance.hpp>
#include <mixcon/mix/draw/recorded_draws.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace mixcon;
using order = std::vector<index_t>;

namespace {

order candidates(const std::vector<std::int64_t>& labels, std::size_t i, bool same) {
  order found;
  for (std::size_t j = 0; j < labels.size(); ++j)
    if (j != i && (labels[j] == labels[i]) == same) found.push_back(static_cast<index_t>(j));
  return found;
}

double cosine_of(const matrix_view<const double>& z, index_t a, index_t b) {
  double product = 0, aa = 0, bb = 0;
  for (index_t d = 0; d < z.extent(1); ++d)
    product += z(a, d) * z(b, d), aa += z(a, d) * z(a, d), bb += z(b, d) * z(b, d);
  return product / std::sqrt(aa * bb);
}

std::vector<double> random_numbers(index_t count, std::uint64_t seed) {
  std::vector<double> numbers;
  for (index_t i = 0; i < count; ++i) numbers.push_back(philox_draws{.seed = seed}.normal("x", i));
  return numbers;
}

}  // namespace

TEST_CASE("partners by class are candidate floor(u * count) of the list written out", "[mix]") {
  const std::vector<std::int64_t> labels{5, -1, 5, INT64_MAX, -1, 5, INT64_MIN, 5, -1};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const philox_draws draws{.seed = seed};
    const order same = pairing::same_class{}(labels, draws), other = pairing::different_class{}(labels, draws);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const double u = draws.uniform("partner", static_cast<index_t>(i), 0, 1);
      const order peers = candidates(labels, i, true), others = candidates(labels, i, false);
      const auto pick = [&](const order& from) { return from[static_cast<std::size_t>(u * double(from.size()))]; };
      CHECK(same[i] == (peers.empty() ? static_cast<index_t>(i) : pick(peers)));
      CHECK(other[i] == pick(others));
    }
  }
}

TEST_CASE("labels may have any integer type", "[mix]") {
  const philox_draws draws{.seed = 3};
  const std::vector<std::uint8_t> bytes{0, 1, 0, 2};
  const std::vector<int> ints{0, 1, 0, 2};
  CHECK(pairing::different_class{}(bytes, draws) == pairing::different_class{}(ints, draws));
  const pairing::class_balanced balanced{.class_counts = {4, 2, 1}};
  CHECK(balanced(bytes, draws) == balanced(ints, draws));
}

TEST_CASE("a batch of one class is refused, or deranged with every sample marked", "[mix]") {
  const std::vector<int> labels{4, 4, 4};
  const philox_draws draws{.seed = 3};
  CHECK_THROWS_WITH(pairing::different_class{}(labels, draws), ContainsSubstring("all 3 labels are equal"));
  const order partner = pairing::different_class{.on_one_class = pairing::one_class_batch::derange}(labels, draws);
  for (std::size_t i = 0; i < 3; ++i) CHECK(partner[i] != static_cast<index_t>(i));
  CHECK(pairing::shares_class(labels, partner) == std::vector<char>{1, 1, 1});
  CHECK(pairing::shares_class(std::vector<int>{1, 2, 1}, order{2, 0, 1}) == std::vector<char>{1, 0, 0});
  CHECK_THROWS_WITH(pairing::shares_class(labels, order{0}), ContainsSubstring("3 labels for 1 partners"));
}

TEST_CASE("class-balanced partners meet every class equally often, whatever its size", "[mix]") {
  std::vector<int> labels(60, 0);
  std::fill(labels.begin() + 50, labels.end() - 1, 1);
  labels.back() = 2;
  const pairing::class_balanced balanced{.class_counts = {50, 9, 1}};
  std::vector<int> met(3, 0);
  for (std::uint64_t step = 0; step < 100; ++step)
    for (const index_t j : balanced(labels, philox_draws{.seed = 1, .step = step}))
      ++met[static_cast<std::size_t>(labels[static_cast<std::size_t>(j)])];
  for (const int count : met) CHECK(count == Approx(2000).margin(150));
}

TEST_CASE("effective numbers go from equal weights to inverse counts", "[mix]") {
  const std::vector<int> labels{0, 1};
  const auto first = [&](double effective) {
    return pairing::class_balanced{.class_counts = {50, 5}, .effective = effective}.cdf(labels)[0];
  };
  CHECK(first(0) == Approx(0.5));
  const double rare = (1 - 0.9) / (1 - std::pow(0.9, 5)), common = (1 - 0.9) / (1 - std::pow(0.9, 50));
  CHECK(first(0.9) == Approx(common / (common + rare)).epsilon(1e-12));
  CHECK(first(1) == Approx(1.0 / 11).epsilon(1e-12));
  CHECK(first(1 - 1e-9) == Approx(first(1)).epsilon(1e-5));
}

TEST_CASE("class-balanced pairing refuses counts and labels that do not fit", "[mix]") {
  const philox_draws draws;
  const std::vector<int> labels{0, 3}, negative{0, -1};
  const pairing::class_balanced three{.class_counts = {1, 2, 3}}, empty_class{.class_counts = {1, 0, 0, 0}};
  CHECK_THROWS_WITH(three(labels, draws), ContainsSubstring("label 1 is 3; there are 3 class counts"));
  CHECK_THROWS_WITH(three(negative, draws), ContainsSubstring("label 1 is -1"));
  CHECK_THROWS_WITH(empty_class(labels, draws), ContainsSubstring("a class count is 0"));
}

TEST_CASE("the nearest samples are those of a sorted list, ties to the lower index", "[mix]") {
  const std::vector<double> numbers = random_numbers(12 * 5, 6);
  const matrix_view<const double> z(numbers.data(), {12, 5});
  for (const pairing::likeness metric : {pairing::likeness::cosine, pairing::likeness::euclidean}) {
    const auto found = pairing::nearest{.metric = metric, .top_k = 4}.neighbours(z);
    for (index_t i = 0; i < 12; ++i) {
      order others;
      for (index_t j = 0; j < 12; ++j)
        if (j != i) others.push_back(j);
      const auto alike = [&](index_t j) {
        if (metric == pairing::likeness::cosine) return cosine_of(z, i, j);
        double distance = 0;
        for (index_t d = 0; d < 5; ++d) distance += std::pow(z(i, d) - z(j, d), 2);
        return -distance;
      };
      std::stable_sort(others.begin(), others.end(), [&](index_t a, index_t b) { return alike(a) > alike(b); });
      others.resize(4);
      CHECK(found[static_cast<std::size_t>(i)] == others);
    }
  }
  const std::vector<float> equal(4 * 2, 1.0f);
  const matrix_view<const float> rows(equal.data(), {4, 2});
  CHECK(pairing::nearest{}(rows, philox_draws{}) == order{1, 0, 0, 0});
}

TEST_CASE("the nearest samples are the same whatever unit features come in", "[mix]") {
  const std::vector<double> numbers = random_numbers(10 * 4, 21);
  const std::vector<int> labels{0, 1, 2, 3, 4, 0, 1, 2, 3, 4};
  for (const pairing::likeness metric : {pairing::likeness::cosine, pairing::likeness::euclidean}) {
    const auto found_in = [&](int exponent, bool each_row) {
      std::vector<double> scaled = numbers;
      for (std::size_t k = 0; k < scaled.size(); ++k)
        scaled[k] = std::ldexp(scaled[k], each_row && k / 4 % 2 == 0 ? -exponent : exponent);
      const matrix_view<const double> z(scaled.data(), {10, 4});
      auto found = pairing::nearest{.metric = metric, .top_k = 9}.neighbours(z);
      if (!each_row) found.push_back(pairing::nearest_class{.metric = metric}(z, labels, philox_draws{.seed = 4}));
      return found;
    };
    const auto expected = found_in(0, false);
    for (const int exponent : {-960, -665, -450, -380, 380, 450, 665, 1021})
      CHECK(found_in(exponent, false) == expected);
    if (metric == pairing::likeness::cosine) CHECK(found_in(665, true) == found_in(0, true));
  }
  const std::vector<double> line{0, 3e-200, 1e-200, 1e300, -1.7e308, 1.7e308, 2e-100, 1e300 + 1e290};
  const auto near = pairing::nearest{.metric = pairing::likeness::euclidean, .top_k = 7}.neighbours(
      matrix_view<const double>(line.data(), {8, 1}));
  CHECK(near[0] == order{2, 1, 6, 3, 7, 4, 5});
  CHECK(near[1] == order{2, 0, 6, 3, 7, 4, 5});
  CHECK(near[3] == order{7, 0, 1, 2, 6, 5, 4});
  CHECK(near[5] == order{3, 7, 0, 1, 2, 6, 4});
}

TEST_CASE("nearest picks among its top k by u", "[mix]") {
  const std::vector<double> line{0, 1, 3, 7};
  const matrix_view<const double> z(line.data(), {4, 1});
  recorded_draws draws;
  draws.record("partner", {0.0, 0.49, 0.5, 0.99});
  CHECK(pairing::nearest{.metric = pairing::likeness::euclidean, .top_k = 2}(z, draws) == order{1, 0, 0, 1});
}

TEST_CASE("nearest refuses features that are not finite, and a top k that does not exist", "[mix]") {
  std::vector<double> line{0, 1, std::numeric_limits<double>::quiet_NaN(), 7};
  const matrix_view<const double> z(line.data(), {4, 1});
  CHECK_THROWS_WITH(pairing::nearest{}(z, philox_draws{}), ContainsSubstring("not finite"));
  for (const pairing::likeness metric : {pairing::likeness::cosine, pairing::likeness::euclidean}) {
    line[2] = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH(pairing::nearest{.metric = metric}(z, philox_draws{}), ContainsSubstring("not finite"));
  }
  line[2] = 0;
  CHECK_THROWS_WITH(pairing::nearest{.top_k = 4}(z, philox_draws{}), ContainsSubstring("expected 1 to 3"));
  CHECK_THROWS_WITH(pairing::nearest{.top_k = 0}(z, philox_draws{}), ContainsSubstring("top_k is 0"));
}

TEST_CASE("the most similar class is that of the closest mean, and its members come equally often", "[mix]") {
  const std::vector<double> line{0.0, 0.2, 1.0, 1.4, 9.0};  // means 0.1, 1.2, 9
  const std::vector<int> labels{7, 7, 3, 3, 5};
  const matrix_view<const double> z(line.data(), {5, 1});
  const pairing::nearest_class near{.metric = pairing::likeness::euclidean};
  recorded_draws draws;
  draws.record("partner", {0.0, 0.9, 0.4, 0.6, 0.5});
  CHECK(near(z, labels, draws) == order{2, 3, 0, 1, 3});
  CHECK_THROWS_WITH(near(z, std::vector<int>(5, 1), draws), ContainsSubstring("all 5 labels are equal"));
  CHECK_THROWS_WITH(near(z, std::vector<int>(4, 1), draws), ContainsSubstring("4 labels for 5 rows"));
}

TEST_CASE("the max-distance cycle is one cycle through the whole batch", "[mix]") {
  for (const index_t samples : {2, 3, 4, 9, 30}) {
    const std::vector<double> numbers = random_numbers(samples * samples, 12);
    const matrix_view<const double> apart(numbers.data(), {samples, samples});
    const order partner = pairing::max_distance_cycle{}(apart, philox_draws{});
    index_t at = 0, steps = 0;
    do at = partner[static_cast<std::size_t>(at)], ++steps;
    while (at != 0 && steps <= samples);
    CHECK(steps == samples);
  }
}

TEST_CASE("the max-distance cycle takes the farthest sample that is left", "[mix]") {
  const std::vector<double> numbers{9, 1, 5, 2,   //
                                    1, 9, 3, 4,   //
                                    5, 3, 9, 5,   //
                                    2, 4, 5, 9};  // the diagonal is not read
  const matrix_view<const double> apart(numbers.data(), {4, 4});
  CHECK(pairing::max_distance_cycle{}(apart, philox_draws{}) == order{2, 0, 3, 1});  // 0 2 3 1: 5, 5, 4
  const std::vector<double> oblong(6);
  CHECK_THROWS_WITH(pairing::max_distance_cycle{}(matrix_view<const double>(oblong.data(), {2, 3}), philox_draws{}),
                    ContainsSubstring("the distances are (2, 3)"));
  CHECK_THROWS_WITH(pairing::max_distance_cycle{}(matrix_view<const double>(oblong.data(), {1, 1}), philox_draws{}),
                    ContainsSubstring("at least 2"));
}
