// SPDX-License-Identifier: BSD-3-Clause
// What judges features, and what goes with training: probes against plain loops in double, schedules, averaged weights.
#include "devices/reference_device.hpp"
#include "evaluation/linear_probe.hpp"
#include "evaluation/nearest_neighbours.hpp"
#include "evaluation/ridge_probe.hpp"
#include "run/schedule.hpp"
#include "run/weight_average.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace mixcon_train;

namespace {

/// Rows around a centre for each class: the farther apart the centres, the easier.
features clouds(index_t samples, index_t width, int classes, double apart, unsigned seed) {
  std::mt19937 random(seed), places(1);
  std::normal_distribution<double> normal;
  std::vector<double> centres;
  for (index_t k = 0; k < classes * width; ++k) centres.push_back(apart * normal(places));
  features made{.width = width};
  for (index_t i = 0; i < samples; ++i) {
    const int label = static_cast<int>(random() % static_cast<unsigned>(classes));
    made.labels.push_back(label);
    for (index_t d = 0; d < width; ++d)
      made.rows.push_back(static_cast<float>(centres[static_cast<std::size_t>(label * width + d)] + normal(random)));
  }
  return made;
}

using table = std::vector<std::vector<double>>;

/// Rows brought to mean 0 and deviation 1 by the numbers of `train`, with a 1 behind them.
table standardised(const features& data, const features& train) {
  table rows(static_cast<std::size_t>(data.samples()),
             std::vector<double>(static_cast<std::size_t>(data.width) + 1, 1));
  for (index_t d = 0; d < data.width; ++d) {
    const auto at = [d](const features& of, index_t i) { return static_cast<double>(of.row(i)[d]); };
    double mean = 0, square = 0;
    for (index_t i = 0; i < train.samples(); ++i) mean += at(train, i);
    mean /= static_cast<double>(train.samples());
    for (index_t i = 0; i < train.samples(); ++i) square += (at(train, i) - mean) * (at(train, i) - mean);
    const double deviation = std::sqrt(square / static_cast<double>(train.samples()));
    for (index_t i = 0; i < data.samples(); ++i)
      rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(d)] = (at(data, i) - mean) / deviation;
  }
  return rows;
}

/// (X'X + penalty n I) W = X'Y by Gauss and Jordan; the constant is not penalised.
table ridge_weights(const table& x, const std::vector<int>& labels, int classes, double penalty) {
  const std::size_t size = x[0].size(), width = size + static_cast<std::size_t>(classes);
  table system(size, std::vector<double>(width));
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t d = 0; d < size; ++d) {
      for (std::size_t e = 0; e < size; ++e) system[d][e] += x[i][d] * x[i][e];
      system[d][size + static_cast<std::size_t>(labels[i])] += x[i][d];
    }
  for (std::size_t d = 0; d + 1 < size; ++d) system[d][d] += penalty * static_cast<double>(x.size());
  for (std::size_t d = 0; d < size; ++d)
    for (std::size_t e = 0; e < size; ++e) {
      if (e == d) continue;
      const double factor = system[e][d] / system[d][d];
      for (std::size_t k = d; k < width; ++k) system[e][k] -= factor * system[d][k];
    }
  table weights(size, std::vector<double>(static_cast<std::size_t>(classes)));
  for (std::size_t d = 0; d < size; ++d)
    for (std::size_t c = 0; c < weights[d].size(); ++c) weights[d][c] = system[d][size + c] / system[d][d];
  return weights;
}

double accuracy_of(const table& weights, const table& x, const std::vector<int>& labels) {
  double right = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<double> scores(weights[0].size());
    for (std::size_t d = 0; d < weights.size(); ++d)
      for (std::size_t c = 0; c < scores.size(); ++c) scores[c] += x[i][d] * weights[d][c];
    right += std::max_element(scores.begin(), scores.end()) - scores.begin() == labels[i];
  }
  return right / static_cast<double>(x.size());
}

double cosine(const features& a, index_t i, const features& b, index_t j) {
  double product = 0, squares_a = 0, squares_b = 0;
  for (index_t d = 0; d < a.width; ++d) {
    const double x = static_cast<double>(a.row(i)[d]), y = static_cast<double>(b.row(j)[d]);
    product += x * y, squares_a += x * x, squares_b += y * y;
  }
  return product / std::sqrt(squares_a * squares_b);
}

/// Votes of the nearest, found by sorting all.
double neighbours_in_full(const features& train, const features& test, int classes, std::size_t neighbours) {
  double right = 0;
  for (index_t i = 0; i < test.samples(); ++i) {
    std::vector<std::pair<double, int>> all;
    for (index_t j = 0; j < train.samples(); ++j) all.emplace_back(-cosine(test, i, train, j), train.label(j));
    std::sort(all.begin(), all.end());
    std::vector<std::pair<int, double>> votes(static_cast<std::size_t>(classes));  // how many, and how similar in all
    for (std::size_t k = 0; k < neighbours; ++k) {
      auto& [count, similarity] = votes[static_cast<std::size_t>(all[k].second)];
      ++count, similarity -= all[k].first;
    }
    right += std::max_element(votes.begin(), votes.end()) - votes.begin() == test.label(i);
  }
  return right / static_cast<double>(test.samples());
}

std::string refusal(const features& train, const features& test) {
  std::string text;
  const auto ask = [&](auto probe) {
    try {
      probe(train, test, 3);
    } catch (const std::invalid_argument& why) {
      text += why.what();
    }
  };
  ask([](const features& a, const features& b, index_t classes) { return ridge_probe(a, b, classes).accuracy; });
  ask([](const features& a, const features& b, index_t classes) { return linear_probe(a, b, classes).accuracy; });
  ask([](const features& a, const features& b, index_t classes) { return nearest_neighbours(a, b, classes); });
  return text;
}

class two_numbers final : public module {
 public:
  explicit two_numbers(device& on) : running(tensor_of(on, {1}, std::vector<double>{4}.data())) {
    weight = make_parameter("weight", on, {2}, 1.0);
    register_state("running", running);
  }
  variable weight{};
  tensor running;
};

std::vector<double> numbers(const tensor& x) {
  std::vector<double> read(static_cast<std::size_t>(x.extents().size()));
  copy_numbers(x, read.data());
  return read;
}

}  // namespace

TEST_CASE("the ridge probe is the closed form, with the penalty that does best on every tenth row", "[examples]") {
  for (const unsigned seed : {11U, 12U, 13U}) {
    const features train = clouds(150, 12, 4, 0.6, seed), test = clouds(400, 12, 4, 0.6, seed + 100);
    const table x = standardised(train, train);
    table fitted, held_out;
    std::vector<int> fitted_labels, held_out_labels;
    for (std::size_t i = 0; i < x.size(); ++i) {
      (i % 10 == 9 ? held_out : fitted).push_back(x[i]);
      (i % 10 == 9 ? held_out_labels : fitted_labels).push_back(train.labels[i]);
    }
    double best = -1, chosen = 0;
    for (const double penalty : {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0}) {
      const double accuracy = accuracy_of(ridge_weights(fitted, fitted_labels, 4, penalty), held_out, held_out_labels);
      if (accuracy > best) best = accuracy, chosen = penalty;
    }
    const ridge_result found = ridge_probe(train, test, 4);
    CHECK(found.penalty == chosen);
    CHECK(found.accuracy ==
          accuracy_of(ridge_weights(x, train.labels, 4, chosen), standardised(test, train), test.labels));
    CHECK(found.accuracy < 1);  // hard enough to tell
  }
}

TEST_CASE("the five neighbours are those of a full search, across the blocks in which they are sought", "[examples]") {
  const features train = clouds(4200, 6, 3, 0.5, 21), test = clouds(300, 6, 3, 0.5, 22);
  const double in_full = neighbours_in_full(train, test, 3, 5);
  CHECK(nearest_neighbours(train, test, 3) == Approx(in_full).margin(1e-12));
  CHECK(in_full < 0.95);
  CHECK(nearest_neighbours(train, train, 3, 1) == 1);  // everyone is its own nearest
}

TEST_CASE("every judge is right about classes that lie far apart, and guesses where there is nothing to see",
          "[examples]") {
  const features train = clouds(600, 8, 3, 6, 31), test = clouds(200, 8, 3, 6, 32);
  CHECK(linear_probe(train, test, 3).accuracy == 1);
  CHECK(ridge_probe(train, test, 3).accuracy == 1);
  CHECK(nearest_neighbours(train, test, 3) == 1);
  const features blank = clouds(600, 8, 3, 0, 33), other = clouds(600, 8, 3, 0, 34);
  for (const double accuracy : {linear_probe(blank, other, 3).accuracy, ridge_probe(blank, other, 3).accuracy,
                                nearest_neighbours(blank, other, 3)})
    CHECK(accuracy == Approx(1.0 / 3).margin(0.1));  // five deviations of 600 guesses
}

TEST_CASE("every judge refuses rows that are not finite, and labels without a class", "[examples]") {
  const features good = clouds(40, 3, 3, 1, 41);
  features diverged = good, unknown = good, fewer = good;
  diverged.rows[7] = std::numeric_limits<float>::quiet_NaN();
  unknown.labels[4] = 3;
  fewer.width = 2;
  for (const features& bad : {diverged, unknown, fewer}) {
    const std::string text = refusal(good, bad);
    for (const char* judge : {"ridge_probe: ", "linear_probe: ", "nearest_neighbours: "})
      CHECK(text.find(judge) != std::string::npos);
  }
  CHECK(refusal(good, good).empty());
}

TEST_CASE("the learning rate grows evenly, then falls by half a cosine or in steps", "[examples]") {
  const schedule cosine{.peak = 0.4, .steps = 104, .warm_up = 4};
  CHECK(cosine.at(0) == Approx(0.1));
  CHECK(cosine.at(1) == Approx(0.2));
  CHECK(cosine.at(3) == Approx(0.4));
  CHECK(cosine.at(4) == Approx(0.4));
  CHECK(cosine.at(54) == Approx(0.2));                         // half way down
  CHECK(cosine.at(79) == Approx(0.2 * (1 - std::sqrt(0.5))));  // three quarters
  CHECK(cosine.at(103) == Approx(0.0001).epsilon(0.02));
  const schedule steps{.peak = 1, .steps = 200, .warm_up = 10, .form = schedule::shape::steps};
  CHECK(steps.at(4) == Approx(0.5));
  CHECK(steps.at(99) == Approx(1));
  CHECK(steps.at(100) == Approx(0.1));
  CHECK(steps.at(149) == Approx(0.1));
  CHECK(steps.at(150) == Approx(0.01));
  CHECK_THROWS_AS(cosine.at(104), std::invalid_argument);
  CHECK_THROWS_AS(cosine.at(-1), std::invalid_argument);
}

TEST_CASE("averaged weights are the exponential mean, which forgets its beginning faster, and swap to and fro",
          "[examples]") {
  reference_device on;
  two_numbers model(on);
  weight_average average(model);
  std::vector<double> mean{1, 1, 4};
  for (index_t step = 0; step < 100; ++step) {
    const double t = static_cast<double>(step), kept = std::min(0.9, (1 + t) / (10 + t));
    const std::vector<double> now{std::sin(t), t}, running{2 * t};
    model.weight.set(tensor_of(on, {2}, now.data()));
    model.running = tensor_of(on, {1}, running.data());
    average.update(0.9, step);
    mean = {kept * mean[0] + (1 - kept) * now[0], kept * mean[1] + (1 - kept) * now[1],
            kept * mean[2] + (1 - kept) * running[0]};
  }
  average.swap();
  CHECK(numbers(model.weight.value())[0] == Approx(mean[0]));
  CHECK(numbers(model.weight.value())[1] == Approx(mean[1]));
  CHECK(numbers(model.running)[0] == Approx(mean[2]));
  average.swap();
  CHECK(numbers(model.weight.value()) == std::vector<double>{std::sin(99.0), 99});
  CHECK(numbers(model.running)[0] == 198);
}
