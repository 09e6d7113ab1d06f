// SPDX-License-Identifier: BSD-3-Clause
// Inputs on which well-known libraries return NaN, infinity, or a number of another loss: what must come instead.
#include "support/engines.hpp"
#include "support/reference.hpp"

#include <mixcon/contrast/targets/diagonal.hpp>
#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/contrast/targets/other_rows.hpp>
#include <mixcon/contrast/targets/view.hpp>
#include <mixcon/losses/alignment.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/mmcl.hpp>
#include <mixcon/losses/supcon_inside.hpp>
#include <mixcon/losses/uniformity.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t number = 8, width = 16;

template <class T>
struct outcome {
  T value{};
  index_t anchors_used = 0;
  matrix<T> gradient;
};
/// Value and gradient of one set of rows, by each engine.
template <class T, class Objective, class Targets, class Check>
void for_each_outcome(const Objective& criterion, const Targets& targets, const matrix<T>& z, Check&& check) {
  for_each_engine<T>([&](const auto& executor, const char* engine) {
    INFO(engine);
    outcome<T> got{.gradient = zeros_like(z)};
    const auto result = value_and_grad(executor, criterion, targets, z, got.gradient);
    got.value = result.value, got.anchors_used = result.anchors_used;
    check(got);
  });
}

/// The same for both forms of SupCon.
template <class T, class Check>
void for_each_supcon(double temperature, no_positive policy, const std::vector<int>& labels, const matrix<T>& z,
                     Check&& check) {
  const auto run = [&](auto loss, const char* name) {
    INFO(name);
    loss.temperature = temperature;
    objective criterion{loss, cosine{}};
    criterion.without_positive = policy;
    for_each_outcome(criterion, label_targets{.labels = labels}, z, check);
  };
  run(info_nce{}, "info_nce");
  run(supcon_inside{}, "supcon_inside");
}

const std::vector<int> singletons{0, 1, 2, 3, 4, 5, 6, 7}, one_singleton{0, 0, 1, 1, 2, 2, 3, 2},
    one_class(static_cast<std::size_t>(number), 3), two_classes{0, 0, 1, 1, 0, 1, 0, 1};

long double definition(const matrix<float>& z, const std::vector<int>& labels, double temperature) {
  const auto unit = reference::unit(converted<long double>(z));
  return reference::supcon_out(reference::products(unit, unit), reference::same_label(labels), temperature);
}

}  // namespace

TEST_CASE("every class a singleton: 0 and no gradient by zero and skip, and nobody was used", "[contrast]") {
  const auto z = random_embeddings<float>(number, width, 1);
  for (const no_positive policy : {no_positive::zero, no_positive::skip})
    for_each_supcon(0.07, policy, singletons, z, [&](const outcome<float>& got) {
      CHECK(got.value == 0);
      CHECK(got.anchors_used == 0);
      CHECK(got.gradient == zeros_like(z));
    });
  CHECK_THAT(refusal_of([&] { for_each_supcon(0.07, no_positive::error, singletons, z, [](const auto&) {}); }),
             ContainsSubstring("anchor 0 has no positive"));
}

TEST_CASE("one singleton: zero averages it in as 0 (SupContrast), skip leaves it out (pytorch-metric-learning)",
          "[contrast]") {
  const auto z = random_embeddings<float>(number, width, 2);
  const auto expected = static_cast<double>(definition(z, one_singleton, 0.07));
  std::vector<double> zero, skip;
  std::vector<matrix<float>> by_zero, by_skip;
  for_each_supcon(0.07, no_positive::zero, one_singleton, z, [&](const outcome<float>& got) {
    zero.push_back(static_cast<double>(got.value)), by_zero.push_back(got.gradient);
    CHECK(got.anchors_used == number - 1);
  });
  for_each_supcon(0.07, no_positive::skip, one_singleton, z, [&](const outcome<float>& got) {
    skip.push_back(static_cast<double>(got.value)), by_skip.push_back(got.gradient);
    CHECK(got.anchors_used == number - 1);
  });
  CHECK(zero[0] == Approx(expected).epsilon(1e-5));
  for (std::size_t i = 0; i < zero.size(); ++i) {
    CHECK(skip[i] * 7 == Approx(zero[i] * 8).epsilon(1e-6));
    CHECK(zero[i] > 0);
    CHECK(all_finite(by_zero[i]));
    for (std::size_t k = 0; k < by_zero[i].entries().size(); ++k)
      CHECK(by_skip[i].entries()[k] * 7 == Approx(by_zero[i].entries()[k] * 8).epsilon(1e-4).margin(1e-6));
  }
}

TEST_CASE("one class only: the formula's value, at least log(N - 1), and a finite gradient", "[contrast]") {
  const auto z = random_embeddings<float>(number, width, 3);
  const auto expected = static_cast<double>(definition(z, one_class, 0.07));
  CHECK(expected > std::log(number - 1));
  for_each_outcome(objective{info_nce{.temperature = 0.07}, cosine{}}, label_targets{.labels = one_class}, z,
                   [&](const outcome<float>& got) {
                     CHECK(static_cast<double>(got.value) == Approx(expected).epsilon(1e-5));
                     CHECK(got.anchors_used == number);
                     CHECK(all_finite(got.gradient));
                     CHECK(largest_entry(got.gradient) > 0);
                   });
  for_each_outcome(objective{supcon_inside{.temperature = 0.07}, cosine{}}, label_targets{.labels = one_class}, z,
                   [&](const outcome<float>& got) {  // without a negative it is constant
                     CHECK(static_cast<double>(got.value) == Approx(std::log(number - 1)).epsilon(1e-6));
                     CHECK(largest_entry(got.gradient) == 0);
                   });
}

TEST_CASE("one row: 0, no gradient, and nobody was used", "[contrast]") {
  const auto z = random_embeddings<float>(1, width, 4);
  for_each_supcon(0.07, no_positive::zero, {5}, z, [&](const outcome<float>& got) {
    CHECK(got.value == 0);
    CHECK(got.anchors_used == 0);
    CHECK(got.gradient == zeros_like(z));
  });
  const auto two_views = random_embeddings<float>(2, width, 5);  // each has the other as its only candidate
  for_each_outcome(objective{info_nce{.temperature = 0.07}, cosine{}}, view_targets{.samples = 1}, two_views,
                   [&](const outcome<float>& got) {
                     CHECK(got.value == 0);
                     CHECK(got.anchors_used == 2);
                     CHECK(largest_entry(got.gradient) == 0);
                   });
}

TEST_CASE("rows that are not normalised, times 100, at temperature 0.07: finite and right", "[contrast]") {
  auto z = random_embeddings<float>(number, width, 6);
  for (float& x : z.entries()) x *= 100;
  const auto s = reference::products(converted<long double>(z), converted<long double>(z));
  const auto expected = static_cast<double>(reference::supcon_out(s, reference::same_label(two_classes), 0.07));
  CHECK(expected > 1e4);
  for_each_outcome(objective{info_nce{.temperature = 0.07}, dot_product{}}, label_targets{.labels = two_classes}, z,
                   [&](const outcome<float>& got) {
                     CHECK(static_cast<double>(got.value) == Approx(expected).epsilon(1e-5));
                     CHECK(all_finite(got.gradient));
                   });
  for_each_outcome(objective{info_nce{.temperature = 0.07}, cosine{}}, label_targets{.labels = two_classes}, z,
                   [&](const outcome<float>& got) {
                     CHECK(static_cast<double>(got.value) ==
                           Approx(static_cast<double>(definition(z, two_classes, 0.07))).epsilon(1e-5));
                   });
}

TEST_CASE("temperature 0.001 on unit rows: the true value, hundreds, and nothing is clamped", "[contrast]") {
  const auto z = random_embeddings<float>(number, width, 7);
  const auto expected = static_cast<double>(definition(z, two_classes, 1e-3));
  CHECK(expected > 100);
  for_each_supcon(1e-3, no_positive::zero, two_classes, z, [&](const outcome<float>& got) {
    CHECK(std::isfinite(got.value));
    CHECK(all_finite(got.gradient));
  });
  for_each_outcome(
      objective{info_nce{.temperature = 1e-3}, cosine{}}, label_targets{.labels = two_classes}, z,
      [&](const outcome<float>& got) { CHECK(static_cast<double>(got.value) == Approx(expected).epsilon(1e-5)); });
}

TEST_CASE("a zero row: finite values, and gradient 0 there alone", "[contrast]") {
  auto z = random_embeddings<float>(number, width, 8);
  for (index_t k = 0; k < width; ++k) z(3, k) = 0;
  for_each_supcon(0.07, no_positive::zero, two_classes, z, [&](const outcome<float>& got) {
    CHECK(std::isfinite(got.value));
    CHECK(all_finite(got.gradient));
    CHECK(largest_entry(rows_of(got.gradient, 3, 1)) == 0);
    for (const index_t other : {0, 1, 2, 4, 5, 6, 7}) CHECK(largest_entry(rows_of(got.gradient, other, 1)) > 0);
  });
  for_each_outcome(objective{info_nce{.temperature = 0.07}, cosine{}}, label_targets{.labels = two_classes}, z,
                   [&](const outcome<float>& got) {
                     CHECK(static_cast<double>(got.value) ==
                           Approx(static_cast<double>(definition(z, two_classes, 0.07))).epsilon(1e-5));
                   });
}

TEST_CASE("NaN or infinity in any row: NaN in the value and in the gradient", "[contrast]") {
  const float bad_numbers[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                               -std::numeric_limits<float>::infinity()};
  for (const float bad : bad_numbers)
    for (index_t row = 0; row < number; ++row) {
      auto z = random_embeddings<float>(number, width, 9);
      z(row, row % width) = bad;
      INFO(bad << " in row " << row);
      for_each_supcon(0.07, no_positive::zero, two_classes, z, [&](const outcome<float>& got) {
        CHECK(std::isnan(got.value));
        CHECK_FALSE(all_finite(rows_of(got.gradient, row, 1)));
      });
    }
}

TEST_CASE("check_finite names the row and the column of what is not finite", "[contrast]") {
  objective criterion{info_nce{}, cosine{}};
  criterion.check_finite = true;
  auto a = random_embeddings<double>(4, 3, 10), c = random_embeddings<double>(5, 3, 11);
  const auto refusal = [&] { return refusal_of([&] { value_of(serial{}, criterion, diagonal_targets{}, a, c); }); };
  CHECK(refusal() == "");
  c(4, 1) = std::numeric_limits<double>::infinity();
  CHECK_THAT(refusal(), ContainsSubstring("candidates (4, 1) is inf; expected finite numbers"));
  a(2, 0) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(refusal(), ContainsSubstring("anchors (2, 0) is nan; expected finite numbers"));
}

TEST_CASE("check_finite refuses rows that are no unit rows where unit rows are assumed", "[contrast]") {
  const auto unit = converted<double>(reference::unit(converted<long double>(random_embeddings<double>(6, 3, 12))));
  const auto with_length = [&](double length) {
    auto z = unit;
    for (index_t k = 0; k < z.width(); ++k) z(4, k) *= length;
    return z;
  };
  const auto refusal = [&](auto criterion, const auto& targets, const matrix<double>& a, const matrix<double>& c) {
    CHECK(refusal_of([&] { value_of(serial{}, criterion, targets, a, c); }) == "");  // as long as nobody asks
    criterion.check_finite = true;
    return refusal_of([&] { value_of(serial{}, criterion, targets, a, c); });
  };
  const objective raw{info_nce{.temperature = 0.5}, dot_product{}};
  const auto given = of_unit_rows_as_given(raw);
  for (const double length : {0.0, 0.985, 1.015, 40.0}) {
    const auto z = with_length(length);
    const std::string says =
        "has length " + detail::written(length) + "; expected unit rows, of a length in [0.99, 1.01]";
    CHECK_THAT(refusal(given, diagonal_targets{}, z, unit), ContainsSubstring("row 4 of the anchors " + says));
    CHECK_THAT(refusal(given, diagonal_targets{}, unit, z), ContainsSubstring("row 4 of the candidates " + says));
    // made unit rows, or raw by the caller's choice
    CHECK(refusal(objective{raw.loss, cosine{}}, diagonal_targets{}, z, z) == "");
    CHECK(refusal(raw, diagonal_targets{}, z, z) == "");
    // losses whose formula assumes unit rows
    CHECK_THAT(refusal(objective{uniformity{}, negative_squared_distance{}}, other_rows{}, z, z),
               ContainsSubstring(says));
    CHECK(refusal(objective{uniformity{}, negative_squared_distance{rows::unit, rows::unit}}, other_rows{}, z, z) ==
          "");
  }
  for (const double length : {0.991, 1.009})
    CHECK(refusal(given, diagonal_targets{}, with_length(length), with_length(length)) == "");
}

TEST_CASE("aligned losses that assume unit rows check them if asked", "[contrast]") {
  auto x = converted<double>(reference::unit(converted<long double>(random_embeddings<double>(5, 3, 13))));
  const auto y = x;
  const auto refusal = [&](const auto& loss) { return refusal_of([&] { forward(serial{}, loss, y, x); }); };
  CHECK(refusal(mmcl{.check_finite = true}) == "");
  for (index_t k = 0; k < 3; ++k) x(3, k) *= 1.1;
  CHECK(refusal(mmcl{}) == "");
  const auto says = ContainsSubstring("forward: row 3 of the second rows has length 1.1; expected unit rows");
  CHECK_THAT(refusal(mmcl{.check_finite = true}), says);
  CHECK_THAT(refusal(alignment{.check_finite = true}), says);
  CHECK(refusal(alignment{.form = rows::unit, .check_finite = true}) == "");
  CHECK(refusal(alignment{.form = rows::as_given, .check_finite = true}) == "");
  x(2, 1) = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(refusal(alignment{.form = rows::unit, .check_finite = true}),
             ContainsSubstring("row 2 of the second rows of alignment has an entry that is NaN or infinite"));
}

TEST_CASE("a logit scale of 100 on equal and on opposite rows is finite and right", "[contrast]") {
  matrix<float> a(4, 2), c(4, 2);
  for (index_t i = 0; i < 4; ++i) a(i, 0) = 1, c(i, 0) = i % 2 == 0 ? 1 : -1;
  objective criterion{info_nce{.temperature = 1}, cosine{}};
  criterion.scale = 100;
  criterion.direction = {0.5, 0.5};
  // rows: half of the positives sit at 100 with another one there, half at -100; columns: all logits are equal
  const double rows_part = (std::log(2.0) * 2 + 2 * (200 + std::log(2.0))) / 4, columns_part = std::log(4.0);
  for_each_engine<float>([&](const auto& executor, const char*) {
    auto da = zeros_like(a), dc = zeros_like(c);
    const float value =
        value_and_grad(executor, criterion, diagonal_targets{}, a, c, {.anchors = da, .candidates = {dc}});
    CHECK(static_cast<double>(value) == Approx(0.5 * rows_part + 0.5 * columns_part).epsilon(1e-6));
    CHECK(all_finite(da));
    CHECK(all_finite(dc));
  });
}

TEST_CASE("a temperature beyond float: uniform and without a gradient, or refused where logits would be infinite",
          "[contrast]") {
  const auto z = random_embeddings<float>(number, width, 9);
  const view_targets views{.samples = number / 2};
  for (const double temperature : {1e44, 1e47, 1e300})
    for_each_outcome(objective{info_nce{.temperature = temperature}, cosine{}}, views, z,
                     [&](const outcome<float>& got) {
                       INFO(temperature);
                       CHECK(static_cast<double>(got.value) == Approx(std::log(number - 1.0)));
                       CHECK(largest_entry(got.gradient) <= 1e-37L);
                     });
  for (const double temperature : {1e-39, 1e-45, 1e-310}) {
    const objective criterion{info_nce{.temperature = temperature}, cosine{}};
    CHECK_THAT(refusal_of([&] { for_each_outcome(criterion, views, z, [](const outcome<float>&) {}); }),
               ContainsSubstring("more than the largest float") && ContainsSubstring("a larger temperature"));
  }
  const auto wide = converted<double>(z);
  for_each_outcome(objective{info_nce{.temperature = 1e-300}, cosine{}}, views, wide,
                   [](const outcome<double>& got) { CHECK(got.value > 1e298); });
}
