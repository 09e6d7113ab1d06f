// SPDX-License-Identifier: BSD-3-Clause
// What is said of each class, and how sure one is of it: calibration, the table of classes, the probe's probabilities,
// and the quick look at a run in progress.
#include "devices/reference_device.hpp"
#include "evaluation/calibration.hpp"
#include "evaluation/class_table.hpp"
#include "evaluation/gradient_norm.hpp"
#include "evaluation/health.hpp"
#include "evaluation/linear_probe.hpp"
#include "evaluation/nearest_neighbours.hpp"
#include "evaluation/prediction_table.hpp"
#include "evaluation/quick_score.hpp"
#include "files/text_width.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

using namespace mixcon_train;

namespace {

/// Random scores and labels, of which about `right` fit.
features random_scores(index_t samples, index_t classes, double right, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 2);
  features made{.width = classes};
  for (index_t i = 0; i < samples; ++i) {
    for (index_t c = 0; c < classes; ++c) made.rows.push_back(normal(random));
    const float* row = made.rows.data() + i * classes;
    const bool fits = std::uniform_real_distribution<>()(random) < right;
    made.labels.push_back(fits ? static_cast<int>(std::max_element(row, row + classes) - row)
                               : static_cast<int>(random() % static_cast<unsigned>(classes)));
  }
  return made;
}

}  // namespace

TEST_CASE("the calibration error is the mean over rows of what their bin is off", "[examples]") {
  const features said = class_probabilities(random_scores(500, 4, 0.6, 3));
  for (const index_t bins : {index_t{1}, index_t{15}}) {
    const calibration found = calibration_of(said, bins);
    REQUIRE(static_cast<index_t>(found.bins.size()) == bins);
    double error = 0, right = 0, sure = 0;
    index_t seen = 0;
    for (index_t k = 0; k < bins; ++k) {
      const double from = static_cast<double>(k) / static_cast<double>(bins);
      const double to = static_cast<double>(k + 1) / static_cast<double>(bins);
      double hits = 0, confidence = 0;
      index_t count = 0;
      for (index_t i = 0; i < said.samples(); ++i) {
        index_t best = 0;
        for (index_t c = 1; c < 4; ++c)
          if (said.row(i)[c] > said.row(i)[best]) best = c;
        const double p = static_cast<double>(said.row(i)[best]);
        if (p <= from || p > to) continue;
        ++count, confidence += p, hits += best == said.label(i);
      }
      const calibration_bin& bin = found.bins[static_cast<std::size_t>(k)];
      CHECK(bin.count == count);
      seen += count, right += hits, sure += confidence;
      if (count == 0) continue;
      CHECK(bin.accuracy == Approx(hits / static_cast<double>(count)));
      CHECK(bin.confidence == Approx(confidence / static_cast<double>(count)));
      error += std::fabs(hits - confidence) / 500;
    }
    CHECK(seen == 500);
    CHECK(found.error == Approx(error));
    CHECK(found.error > 0.02);
    CHECK(found.accuracy == Approx(right / 500));
    CHECK(found.confidence == Approx(sure / 500));
  }
}

TEST_CASE("whoever is always sure and always right is calibrated, and whoever is always wrong is not", "[examples]") {
  features sure{.width = 2, .rows = {1, 0, 0, 1}, .labels = {0, 1}};
  CHECK(calibration_of(sure).error == 0);
  CHECK(calibration_of(sure).bins.back().count == 2);
  sure.labels = {1, 0};
  CHECK(calibration_of(sure).error == 1);
  CHECK(calibration_of({.width = 2, .rows = {0.5F, 0.5F}, .labels = {0}}).error == Approx(0.5));
  CHECK_THROWS_AS(calibration_of({.width = 2, .rows = {2, 1}, .labels = {0}}), std::invalid_argument);
  CHECK_THROWS_AS(calibration_of({.width = 2, .rows = {1.5F, -0.5F}, .labels = {0}}), std::invalid_argument);
  CHECK_THROWS_AS(calibration_of(sure, 0), std::invalid_argument);
  const features much = class_probabilities({.width = 3, .rows = {1e4F, -1e4F, 0}, .labels = {0}});
  CHECK(much.rows == std::vector<float>{1, 0, 0});
}

TEST_CASE("the table of classes counts what was put where", "[examples]") {
  const std::vector<std::string> names{"a", "b", "c", "never there"};
  features scores{.width = 4};
  const int truth[] = {0, 0, 0, 1, 1, 2, 2, 2}, said[] = {0, 1, 1, 1, 2, 2, 0, 1};
  for (std::size_t i = 0; i < 8; ++i) {
    for (int c = 0; c < 4; ++c) scores.rows.push_back(c == said[i] ? 1.0F : 0.0F);
    scores.labels.push_back(truth[i]);
  }
  const auto table = class_table(scores, names);
  REQUIRE(table.size() == 4);
  CHECK(table[0].count == 3);
  CHECK(table[0].predicted == 2);
  CHECK(*table[0].recall == Approx(1.0 / 3));
  CHECK(*table[0].precision == Approx(0.5));
  CHECK(table[0].taken_for == "b");
  CHECK(table[0].taken_for_count == 2);
  CHECK(*table[1].recall == Approx(0.5));
  CHECK(*table[1].precision == Approx(0.25));
  CHECK(table[2].taken_for == "a");  // as often as b: the lower number
  CHECK_FALSE(table[3].recall);
  CHECK_FALSE(table[3].precision);
  CHECK(balanced_accuracy(table) == Approx((1.0 / 3 + 0.5 + 1.0 / 3) / 3));
  CHECK_THROWS_AS(class_table(scores, {"a"}), std::invalid_argument);
}

TEST_CASE("the linear probe's probabilities are a distribution a row, and have its accuracy", "[examples]") {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  features train{.width = 3}, test{.width = 3};
  for (features* data : {&train, &test})
    for (int i = 0; i < 300; ++i) {
      const int label = i % 3;
      for (int d = 0; d < 3; ++d) data->rows.push_back(normal(random) + (d == label ? 2.0F : 0.0F));
      data->labels.push_back(label);
    }
  const linear_probe_result found = linear_probe(train, test, 3);
  const features said{.width = 3, .rows = found.probabilities, .labels = test.labels};
  REQUIRE(said.rows.size() == 900);
  const calibration measured = calibration_of(said);
  CHECK(measured.accuracy == Approx(found.accuracy));
  CHECK(measured.accuracy > 0.8);
  CHECK(measured.error < 0.1);  // softmax regression on Gaussians of one width is the right model
}

TEST_CASE("a quick look takes each class by its share, and judges as the whole does where it takes all", "[examples]") {
  std::mt19937 random(6);
  std::normal_distribution<float> normal;
  std::vector<int> train(3000), test(90);
  for (std::size_t i = 0; i < train.size(); ++i) train[i] = i < 2000 ? 0 : i < 2900 ? 1 : 2;  // sorted by class
  for (std::size_t i = 0; i < test.size(); ++i) test[i] = static_cast<int>(i % 3);
  const quick_score looks(train, test, 3, {.train = 300, .test = 1000});
  index_t counts[3] = {};
  for (const index_t sample : looks.train_samples()) ++counts[train[static_cast<std::size_t>(sample)]];
  CHECK(counts[0] == 200);
  CHECK(counts[1] == 90);
  CHECK(counts[2] == 10);
  CHECK(std::set<index_t>(looks.train_samples().begin(), looks.train_samples().end()).size() == 300);
  CHECK(std::is_sorted(looks.train_samples().begin(), looks.train_samples().end()));
  REQUIRE(looks.test_samples().size() == 90);

  features known{.width = 2}, asked{.width = 2, .labels = test};
  for (const index_t sample : looks.train_samples()) {
    known.labels.push_back(train[static_cast<std::size_t>(sample)]);
    for (int d = 0; d < 2; ++d) known.rows.push_back(normal(random) + static_cast<float>(known.labels.back() * d));
  }
  for (const int label : test)
    for (int d = 0; d < 2; ++d) asked.rows.push_back(normal(random) + static_cast<float>(label * d));
  CHECK(looks.accuracy(known.rows, asked.rows, 2) == nearest_neighbours(known, asked, 3));
  CHECK_THROWS_AS(quick_score({}, test, 3), std::invalid_argument);
}

TEST_CASE("the deviation is that of the columns of rows of length 1, and the gradient's length that of all numbers",
          "[examples]") {
  CHECK(health_of({3, 0, 0, 5}, 2, 1).deviation == Approx(0.5));  // (1, 0) and (0, 1)
  CHECK(health_of({3, 4, 6, 8}, 2, 1).deviation == Approx(0).margin(1e-12));
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> even(4000 * 8);
  for (float& x : even) x = normal(random);
  CHECK(health_of(even, 8, 1).deviation == Approx(1 / std::sqrt(8.0)).epsilon(0.02));

  reference_device on;
  const std::vector<double> w{1, 2, 3}, unused{5};
  const parameter first{"first", variable(tensor_of(on, {3}, w.data()), true), true};
  const parameter second{"second", variable(tensor_of(on, {1}, unused.data()), true), true};
  CHECK(gradient_norm({first, second}) == 0);
  const auto square = [&] {  // sum of w^2 / 2, whose gradient is w
    return variable(filled(on, {1}, 7.0), first.value, [&](const tensor&) { return first.value.value(); });
  };
  backward(square());
  CHECK(gradient_norm({first, second}) == Approx(std::sqrt(14.0)));
}

TEST_CASE("columns stand below each other whatever the script of a class", "[examples]") {
  const features said{.width = 3, .rows = {0.8F, 0.1F, 0.1F, 0.1F, 0.8F, 0.1F, 0.1F, 0.1F, 0.8F}, .labels = {0, 1, 2}};
  const std::string table = written_predictions(said, {"\u732B", "\u00FCn\u00EF", "tall dog"}, "images");
  CHECK(table.substr(table.find("class ")) ==
        "class     images  recall  precision  most often taken for\n"
        "\u732B             1   100.0      100.0\n"        // a wide character: two places
        "\u00FCn\u00EF            1   100.0      100.0\n"  // three characters of five bytes
        "tall dog       1   100.0      100.0\n");
  CHECK(width_of("e\u0301a\U0001F600") == 4);  // an accent of its own, and an emoji
  CHECK(width_of("\xFF\xC3") <= 2);
  CHECK(padded("\u732B", 4) == "\u732B  ");
  CHECK(padded("long", 2) == "long");
}
