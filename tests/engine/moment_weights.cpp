// SPDX-License-Identifier: BSD-3-Clause
// Weights that are sums of exponentials: the gradients are those of pairs taken one by one, in long double.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/decoupled.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/multi_similarity.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t width = 6;

/// The same numbers in another type.
template <class T, class From>
matrix<T> as(const matrix<From>& from) {
  matrix<T> to(from.rows(), from.width());
  for (std::size_t i = 0; i < from.entries().size(); ++i) to.entries()[i] = static_cast<T>(from.entries()[i]);
  return to;
}

template <class T>
struct gradients_of_call {
  matrix<T> anchors, candidates;
  double temperature = 0;
};

/// Of rows against others, or, with `same`, against themselves.
template <class T, class Executor, class Objective, class Targets>
gradients_of_call<T> gradients_by(const Executor& executor, const Objective& of, const Targets& targets,
                                  const matrix<float>& rows, const matrix<float>& others, bool same) {
  const matrix<T> z = as<T>(rows), c = as<T>(others);
  gradients_of_call<T> found{zeros_like(z), zeros_like(c)};
  if (same)
    value_and_grad(executor, of, targets, z, {.embeddings = found.anchors, .temperature = &found.temperature});
  else
    value_and_grad(executor, of, targets, z, candidates(c),
                   {.anchors = found.anchors, .candidates = {found.candidates}, .temperature = &found.temperature});
  return found;
}

template <class T, class Objective, class Targets>
void check_type(const Objective& of, const Targets& targets, const matrix<float>& rows, const matrix<float>& others,
                bool same, const gradients_of_call<long double>& expected, long double within) {
  const auto found = gradients_by<T>(tiled{.threads = 1}, of, targets, rows, others, same);
  const auto with_threads = gradients_by<T>(tiled{.threads = 3}, of, targets, rows, others, same);
  CHECK(largest_difference(found.anchors, expected.anchors) <= within * largest_entry(expected.anchors));
  CHECK(found.anchors == with_threads.anchors);
  if (!same)
    CHECK(largest_difference(found.candidates, expected.candidates) <= within * largest_entry(expected.candidates));
  CHECK(found.candidates == with_threads.candidates);
  CHECK(found.temperature == Approx(expected.temperature).epsilon(static_cast<double>(20 * within)));
  CHECK(found.temperature == with_threads.temperature);
}

template <class Objective, class Targets>
void check(const char* name, const Objective& of, const Targets& targets, index_t number, index_t others) {
  const bool same = others == 0;
  INFO(name << ": " << number << " rows, " << others << " others");
  const auto rows = random_embeddings<float>(number, width, 3), c = random_embeddings<float>(others, width, 4);
  const auto expected = gradients_by<long double>(serial{}, of, targets, rows, c, same);
  check_type<double>(of, targets, rows, c, same, expected, 1e-12L);
  // a similarity that is rounded is a logit off by that over the temperature
  check_type<float>(of, targets, rows, c, same, expected,
                    1e-6L + 1e-7L / static_cast<long double>(of.loss.temperature));
}

std::vector<int> labels_of(index_t number, int classes) {
  std::vector<int> labels;
  for (index_t i = 0; i < number; ++i) labels.push_back(static_cast<int>(i * i % classes));
  return labels;
}
objective<info_nce, cosine> softmax(double temperature, directions direction = {1, 0}) {
  objective of{info_nce{.temperature = temperature}, cosine{}};
  of.direction = direction;
  of.without_positive = no_positive::skip;
  return of;
}

}  // namespace

TEST_CASE("Both orders of a pair are weighed at once, with one exponential and with two", "[engine]") {
  for (const double temperature : {0.1, 0.01}) {
    check("views", softmax(temperature), view_targets{.samples = 205}, 410, 0);
    auto labels = labels_of(250, 23);
    labels[3] = 1000, labels[249] = 1000, labels[4] = 2000;  // one with a single positive each, and one with none
    check("labels", softmax(temperature), label_targets{.labels = labels}, 250, 0);
    labels[7] = labels[200] = -1;
    check("ignored labels", softmax(temperature), label_targets{.labels = labels, .ignored = -1}, 250, 0);
  }
}

TEST_CASE("Rows and columns are weighed at once", "[engine]") {
  for (const double temperature : {0.1, 0.01}) {
    check("pairs", softmax(temperature, {0.5, 0.5}), diagonal_targets{}, 250, 250);
    check("more candidates", softmax(temperature, {0.5, 0.25}), diagonal_targets{}, 100, 230);
    const auto labels = labels_of(210, 31);
    check("classes", softmax(temperature, {0.3, 0.7}), class_targets{.labels = labels}, 210, 31);
  }
}

TEST_CASE("Anchors alone are weighed against candidates", "[engine]") {
  const auto labels = labels_of(210, 200);
  check("classes", softmax(0.1), class_targets{.labels = labels}, 210, 200);
  check("classes, sharp", softmax(0.01), class_targets{.labels = labels}, 210, 200);
  check("diagonal", softmax(0.1), diagonal_targets{}, 97, 193);
}

TEST_CASE("Negatives and positives have numbers of their own", "[engine]") {
  const auto labels = labels_of(250, 23);
  check("decoupled", objective{decoupled{.temperature = 0.1}, cosine{}}, label_targets{.labels = labels}, 250, 0);
  check("decoupled, sharp", objective{decoupled{.temperature = 0.01}, cosine{}}, view_targets{.samples = 125}, 250, 0);
  const auto rows = random_embeddings<float>(250, width, 3), none = random_embeddings<float>(0, width, 3);
  for (const double repel : {10.0, 50.0, 300.0}) {  // two sums; the last needs offsets
    const objective of{multi_similarity{.repel = repel}, cosine{}};
    auto expected = as<long double>(rows), found = as<long double>(rows);
    value_and_grad(serial{}, of, label_targets{.labels = labels}, as<long double>(rows), expected);
    matrix<float> narrow(250, width);
    matrix<double> wide(250, width);
    value_and_grad(tiled{.threads = 1}, of, label_targets{.labels = labels}, rows, narrow);
    value_and_grad(tiled{.threads = 1}, of, label_targets{.labels = labels}, as<double>(rows), wide);
    CHECK(largest_difference(wide, expected) <= 1e-12L * largest_entry(expected));
    INFO("repel " << repel);
    CHECK(largest_difference(narrow, expected) <=
          (2e-6L + 1e-7L * static_cast<long double>(repel)) * largest_entry(expected));
  }
}

TEST_CASE("A single positive that all but wins keeps the digits of its slope", "[engine]") {
  const index_t samples = 200;
  matrix<float> z(2 * samples, 256);
  for (index_t i = 0; i < samples; ++i) {  // each pair by itself: losses of about 400 e^-20
    z(i, i) = z(samples + i, i) = 1;
    z(i, (i + 1) % samples) = 0.01F * static_cast<float>(i % 7), z(samples + i, 220) = 0.02F;
  }
  const objective of{info_nce{.temperature = 0.05}, cosine{}};
  const view_targets targets{.samples = samples};
  auto exact = as<long double>(z);
  value_and_grad(serial{}, of, targets, as<long double>(z), exact);
  auto found = zeros_like(z);
  value_and_grad(tiled{.threads = 1}, of, targets, z, found);
  CHECK(largest_entry(exact) < 1e-8L);
  CHECK(largest_difference(found, exact) <= 1e-4L * largest_entry(exact));
}

TEST_CASE("A gradient by the temperature adds to what stands there, and counts rows of this call alone", "[engine]") {
  const auto z = random_embeddings<float>(250, width, 3);
  const objective of = softmax(0.1);
  const view_targets targets{.samples = 125};
  double slope = 0, twice = 5;
  auto gradient = zeros_like(z), added = random_embeddings<float>(250, width, 9);
  value_and_grad(tiled{.threads = 1}, of, targets, z, {.embeddings = gradient, .temperature = &slope});
  saved_for<decltype(of), matrix<float>> saved;
  forward(tiled{.threads = 1}, of, targets, z, saved);
  backward(tiled{.threads = 1}, of, targets, z, saved, 2, {.embeddings = added, .temperature = &twice});
  CHECK(twice == Approx(5 + 2 * slope).epsilon(1e-6));
  double alone = 0;  // without rows pairs are taken one by one
  value_and_grad(tiled{.threads = 1}, of, targets, z, embedding_gradients<float>{.temperature = &alone});
  CHECK(alone == Approx(slope).epsilon(1e-4));
}
