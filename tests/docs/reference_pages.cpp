// SPDX-License-Identifier: BSD-3-Clause
// What docs/objectives.md, docs/gradients.md, docs/executors.md and docs/extend/a_similarity.md show.
#include "support/catch.hpp"
#include "support/embeddings.hpp"
#include "support/engines.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>

#include <cmath>
#include <thread>

using namespace mixcon;

namespace {

constexpr index_t samples = 6, width = 4;
const std::vector<int> labels{0, 1, 2, 0, 1, 2};

mixcon_test::matrix<double> some_rows(index_t number, unsigned seed) {
  return mixcon_test::random_embeddings<double>(number, width, seed);
}

/// (1 + <a, c>)^2 of unit rows: a polynomial kernel.
struct polynomial_kernel {
  static constexpr bool linear = false;  // true: the value is the inner product itself
  constexpr rows anchor_rows() const { return rows::unit; }
  constexpr rows candidate_rows() const { return rows::unit; }

  template <class T>  // the inner product of two rows, and their squared lengths
  MIXCON_HD T value(const T& dot, const T& /*anchor*/, const T& /*candidate*/) const {
    return (T(1) + dot) * (T(1) + dot);
  }
  template <class T>  // d value / d a = other * c + own * a
  MIXCON_HD similarity_slopes<T> slopes(const T& dot, const T& /*anchor*/, const T& /*candidate*/) const {
    return {.other = T(2) * (T(1) + dot), .own = T(0)};
  }
};

// pool
struct pool_of_yours {
  int threads() const { return 2; }
  template <class Task>
  void parallel_for(index_t tasks, const Task& task) {
    std::thread second([&] {
      for (index_t i = 1; i < tasks; i += 2) task(i);
    });
    for (index_t i = 0; i < tasks; i += 2) task(i);
    second.join();
  }
};

}  // namespace

TEST_CASE("The similarity of the page has the gradient of finite differences", "[docs]") {
  auto z = some_rows(samples, 1);
  auto gradient = z;
  const objective criterion{info_nce{.temperature = 0.5}, polynomial_kernel{}};
  const label_targets targets{.labels = labels};
  mixcon_test::for_each_engine<double>([&](const auto& executor, const char* name) {
    INFO(name);
    value_and_grad(executor, criterion, targets, z, gradient);
    const double step = 1e-6, middle = z(2, 1);
    z(2, 1) = middle + step;
    const double above = mixcon_test::value_of(executor, criterion, targets, z, z);
    z(2, 1) = middle - step;
    const double below = mixcon_test::value_of(executor, criterion, targets, z, z);
    z(2, 1) = middle;
    CHECK(gradient(2, 1) == Approx((above - below) / (2 * step)).margin(1e-8));
  });
}

TEST_CASE("The objectives of the page on objectives are what it says", "[docs]") {
  const auto z = some_rows(samples, 1);
  auto gradient = z;
  {
    // objective
    objective criterion{info_nce{.temperature = 0.1}, cosine{}};  // a formula, and what makes logits of two rows
    criterion.without_positive = no_positive::skip;
    criterion.check_finite = true;
    const auto loss = value_and_grad(tiled{}, criterion, label_targets{.labels = labels}, z, gradient);

    CHECK(loss.anchors_used == samples);
  }
  {
    // weighted
    const std::vector<double> weights{1, 1, 1, 0.5, 0.5, 0.5};
    objective criterion{info_nce{.temperature = 0.1}, cosine{}};
    criterion.reduce = reduction::weighted;
    criterion.weights = view(weights);

    objective sum{info_nce{.temperature = 0.1}, cosine{}};
    sum.reduce = reduction::sum;
    const label_targets targets{.labels = labels};
    CHECK(value_and_grad(serial{}, criterion, targets, z, gradient).value <
          value_and_grad(serial{}, sum, targets, z, gradient).value);
  }
  {
    const auto images = some_rows(samples, 2), texts = some_rows(samples, 3);
    // directions
    objective both{info_nce{.temperature = 0.07}, cosine{}};
    both.direction = {.rows = 0.5, .columns = 0.5};  // the loss of images against texts, and of texts against images

    saved_for<decltype(both), decltype(images)> saved;
    CHECK(forward(tiled{}, both, diagonal_targets{}, images, texts, saved).value ==
          Approx(forward(tiled{}, both, diagonal_targets{}, texts, images, saved).value));
  }
  {
    const auto outputs = some_rows(samples, 4);
    mixcon_test::matrix<double> by_outputs(samples, width);
    // given logits
    const double loss = value_and_grad(tiled{}, soft_cross_entropy(), class_targets{.labels = labels},
                                       given_logits{outputs}, {.logits = by_outputs});

    CHECK(loss > 0);
  }
  {
    const auto z1 = some_rows(samples, 5), z2 = some_rows(samples, 6);
    auto by_z1 = z1, by_z2 = z2;
    // aligned rows
    const double value = forward(tiled{}, vicreg{}, z1, z2);
    backward(tiled{}, vicreg{}, z1, z2, 0.5, {.first = by_z1, .second = by_z2});  // adds half of the gradients

    CHECK(value > 0);
  }
}

TEST_CASE("The gradients of the page on gradients are what it says", "[docs]") {
  const auto z = some_rows(samples, 1), u = some_rows(samples, 7);
  auto by_z = z, by_u = u, gradient = z;
  const objective criterion{info_nce{.temperature = 0.1}, cosine{}};
  const label_targets targets{.labels = labels};
  {
    // two sides
    double by_temperature = 0;
    const auto universum = unicon_targets(labels, 1);
    value_and_grad(tiled{}, criterion, universum, z, u,
                   {.anchors = by_z, .candidates = {by_u}, .temperature = &by_temperature});

    CHECK(by_temperature != 0);
  }
  {
    // segments
    const auto negatives = unicon_negative_targets(labels, 1);
    value_and_grad(tiled{}, criterion, negatives, z, candidates(z, u), {.anchors = by_z, .candidates = {by_z, by_u}});

    CHECK(by_u(0, 0) != u(0, 0));
  }
  {
    // stop gradient
    value_and_grad(tiled{}, criterion, targets, z, z, {.anchors = by_z, .stop_gradient = true});  // as anchors alone

    value_and_grad(tiled{}, criterion, targets, z, gradient);
    CHECK(by_z(0, 0) != gradient(0, 0));
    CHECK_THROWS_WITH(value_and_grad(tiled{}, criterion, targets, z, z, {.anchors = by_z}),
                      ContainsSubstring("stop_gradient"));
  }
}

TEST_CASE("The executors of the page on executors give one result", "[docs]") {
  const auto z = some_rows(samples, 1);
  auto gradient = z;
  const objective criterion{info_nce{.temperature = 0.1}, cosine{}};
  const label_targets targets{.labels = labels};
  const double reference = value_and_grad(serial{}, criterion, targets, z, gradient);
  // executors
  thread_pool pool(2);
  const double shared = value_and_grad(tiled{}, criterion, targets, z, gradient);               // the process's pool
  const double alone = value_and_grad(tiled{.threads = 1}, criterion, targets, z, gradient);    // the calling thread
  const double on_two = value_and_grad(tiled{.pool = &pool}, criterion, targets, z, gradient);  // a pool of yours

  CHECK(shared == alone);
  CHECK(shared == on_two);
  CHECK(shared == Approx(reference));
  pool_of_yours mine;
  CHECK(value_and_grad(tiled{.pool = &mine}, criterion, targets, z, gradient).value == shared);
}

TEST_CASE("Chunks of the page on executors give the gradient of the batch", "[docs]") {
  const auto rows_of_samples = some_rows(samples, 1);
  auto expected = rows_of_samples, found = rows_of_samples;
  const objective criterion{info_nce{.temperature = 0.1}, cosine{}};
  const label_targets targets{.labels = labels};
  const double whole = value_and_grad(tiled{}, criterion, targets, rows_of_samples, expected);
  const auto encode = [&](index_t first, const auto& embeddings) {
    for (index_t i = 0; i < embeddings.extent(0); ++i)
      for (index_t k = 0; k < width; ++k) embeddings(i, k) = rows_of_samples(first + i, k);
  };
  const auto pull = [&](index_t first, const auto& by_embeddings) {
    for (index_t i = 0; i < by_embeddings.extent(0); ++i)
      for (index_t k = 0; k < width; ++k) found(first + i, k) = by_embeddings(i, k);
  };
  // chunks
  const auto of_batch = [&](const auto& z, const auto& by_z) {
    return value_and_grad(tiled{}, criterion, targets, z, by_z);
  };
  const chunked_batch batch{.rows = samples, .width = width, .chunk = 4};
  const double loss = grad_cache<double>(batch, encode, of_batch, pull);

  CHECK(loss == whole);
  for (index_t i = 0; i < samples; ++i)
    for (index_t k = 0; k < width; ++k) CHECK(found(i, k) == expected(i, k));
}
