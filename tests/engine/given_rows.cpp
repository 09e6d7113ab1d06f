// SPDX-License-Identifier: BSD-3-Clause
// Logits that are given, of every width and layout: `tiled` visits whole rows without tiles, and finds what `serial`
// does.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>
#include <mixcon/losses/nt_xent_per_pair.hpp>
#include <mixcon/losses/supcon_inside.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

constexpr index_t number = 9;

/// How far apart the rows and the columns of a matrix of this width lie.
struct layout {
  const char* name;
  index_t row_gap, step;
  bool by_columns;
  axes<2> strides(index_t width) const {
    return by_columns ? axes<2>{1, number + row_gap} : axes<2>{width * step + row_gap, step};
  }
};
constexpr layout layouts[] = {{"rows side by side", 0, 1, false},
                              {"wider rows", 3, 1, false},
                              {"every second column", 1, 2, false},
                              {"columns", 2, 1, true}};

/// A matrix in a buffer with room for every layout.
template <class T>
struct placed {
  std::vector<T> buffer;
  matrix_view<T> view;
  placed(index_t width, const layout& how, T value)
      : buffer(static_cast<std::size_t>((number + 3) * (2 * width + 3)), value),
        view{buffer.data(), {number, width}, how.strides(width)} {}
};

/// Logits, targets a third of which are 0, weights some of which are 0; row 2 has no positive.
template <class T>
struct problem_data {
  placed<T> logits;
  matrix<T> targets, weights, scale, bias;
  problem_data(index_t width, const layout& how, unsigned seed) : logits(width, how, T(0)) {
    random_numbers draw(seed);
    const auto x = random_embeddings<T>(number, width, draw);
    targets = random_embeddings<T>(number, width, draw), weights = random_embeddings<T>(number, width, draw);
    scale = random_embeddings<T>(number, width, draw), bias = random_embeddings<T>(number, width, draw);
    for (index_t i = 0; i < number; ++i)
      for (index_t k = 0; k < width; ++k) {
        logits.view(i, k) = 3 * x(i, k);
        targets(i, k) = i == 2 || targets(i, k) < T(-0.4) ? T(0) : targets(i, k) * targets(i, k);
        weights(i, k) = weights(i, k) < T(-0.5) && targets(i, k) == T(0) ? T(0) : T(1) + weights(i, k) * weights(i, k);
      }
    for (index_t i = 0; i < number; ++i) weights(i, i % width) = T(1);  // no row is hidden
  }
};

/// What a call returns; all matrices held `before`.
template <class T>
struct answers {
  placed<T> logits, targets, pair_scale, pair_bias;
  double temperature = 0, scale = 0;
  T value{};
  answers(index_t width, const layout& how, T before)
      : logits(width, how, before),
        targets(width, how, before),
        pair_scale(width, how, before),
        pair_bias(width, how, before) {}
  gradients<T> wanted() {
    gradients<T> all;
    all.logits = logits.view, all.targets = targets.view, all.pair_scale = pair_scale.view;
    all.pair_bias = pair_bias.view, all.temperature = &temperature, all.scale = &scale;
    return all;
  }
};

/// The largest difference of two matrices, the second being `offset` higher.
template <class T>
double apart(const matrix_view<T>& a, const matrix_view<T>& b, T offset = T(0)) {
  double most = 0;
  for (index_t i = 0; i < a.extent(0); ++i)
    for (index_t k = 0; k < a.extent(1); ++k) {
      const double difference = std::fabs(static_cast<double>(a(i, k) + offset - b(i, k)));
      most = difference <= most ? most : difference == difference ? difference : 1e300;
    }
  return most;
}
template <class T>
double apart(const answers<T>& a, const answers<T>& b, T offset = T(0)) {
  return std::max({apart(a.logits.view, b.logits.view, offset), apart(a.targets.view, b.targets.view, offset),
                   apart(a.pair_scale.view, b.pair_scale.view, offset),
                   apart(a.pair_bias.view, b.pair_bias.view, offset), std::fabs(a.temperature - b.temperature),
                   std::fabs(a.scale - b.scale), std::fabs(static_cast<double>(a.value - b.value))});
}

template <class Loss, class T>
auto objective_of(const Loss& loss, const directions& direction, problem_data<T>& given) {
  objective criterion{loss, dot_product{}, pair_logits(given.scale, given.bias)};
  criterion.direction = direction;
  criterion.scale = 1.2;
  return criterion;
}

template <class T, class Loss>
void check(const Loss& loss, const directions& direction, index_t width, const layout& how) {
  constexpr T nothing = std::numeric_limits<T>::quiet_NaN();  // what is set need not hold a number
  problem_data<T> given(width, how, static_cast<unsigned>(width));
  const auto criterion = objective_of(loss, direction, given);
  const matrix_targets targets{given.targets, given.weights};
  const given_logits logits{given.logits.view};
  INFO("width " << width << ", " << how.name << ", rows " << direction.rows << ", columns " << direction.columns);

  answers<T> expected(width, how, T(0)), set(width, how, nothing), by_threads(width, how, nothing),
      added(width, how, T(1));
  expected.value = value_and_grad(serial{}, criterion, targets, logits, expected.wanted());
  const double bound = 100 * static_cast<double>(std::numeric_limits<T>::epsilon()) *
                       std::max(1.0, std::fabs(static_cast<double>(expected.value)));
  set.value = value_and_grad(tiled{.threads = 1}, criterion, targets, logits, set.wanted());
  CHECK(apart(expected, set) < bound);
  by_threads.value = value_and_grad(tiled{.threads = 3}, criterion, targets, logits, by_threads.wanted());
  CHECK(apart(set, by_threads) == 0);

  saved_statistics<std::remove_const_t<decltype(criterion)>, T> saved;
  added.value = forward(tiled{.threads = 1}, criterion, targets, logits, saved);
  backward(tiled{.threads = 1}, criterion, targets, logits, saved, 1, added.wanted());
  CHECK(apart(expected, added, T(1)) < bound);
}

template <class T>
void check_widths(const directions& direction) {
  for (index_t width = 1; width <= 70; ++width)
    for (const layout& how : layouts) check<T>(info_nce{.temperature = 0.8}, direction, width, how);
}

}  // namespace

TEMPLATE_TEST_CASE("tiled finds what serial finds of given logits of any width, in any layout", "[engine]", float,
                   double) {
  check_widths<TestType>({.rows = 1});
}

TEMPLATE_TEST_CASE("the same from the columns' side, and from both", "[engine]", float, double) {
  for (index_t width = 1; width <= 70; width += 3)
    for (const layout& how : layouts) {
      check<TestType>(info_nce{.temperature = 0.8}, {.rows = 0, .columns = 0.7}, width, how);
      check<TestType>(info_nce{.temperature = 0.8}, {.rows = 0.6, .columns = 0.4}, width, how);
    }
}

TEMPLATE_TEST_CASE("the same of losses with other statistics, and with a formula a positive", "[engine]", float,
                   double) {
  for (const index_t width : {1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 64, 70})
    for (const layout& how : layouts) {
      check<TestType>(supcon_inside{.temperature = 0.8}, {.rows = 1}, width, how);
      check<TestType>(nt_xent_per_pair{.temperature = 0.8}, {.rows = 1}, width, how);
    }
}

TEST_CASE("what lies between the entries of a gradient by given logits stays as it is", "[engine]") {
  for (const layout& how : layouts) {
    constexpr index_t width = 19;
    problem_data<float> given(width, how, 5);
    placed<float> gradient(width, how, 7.0F);
    gradients<float> wanted;
    wanted.logits = gradient.view;
    value_and_grad(tiled{.threads = 1}, objective{info_nce{.temperature = 1}}, matrix_targets{given.targets},
                   given_logits{given.logits.view}, wanted);
    for (index_t i = 0; i < number; ++i)
      for (index_t k = 0; k < width; ++k) gradient.view(i, k) = 7;
    CHECK(gradient.buffer == std::vector<float>(gradient.buffer.size(), 7.0F));
  }
}

TEST_CASE("a NaN among given logits makes its row NaN, and no other", "[engine]") {
  for (const index_t width : {3, 10, 16, 21, 70})
    for (const index_t where : {index_t{0}, width / 2, width - 1}) {
      problem_data<float> given(width, layouts[0], 6);
      given.targets = matrix<float>(number, width, 0.5F);
      given.logits.view(4, where) = std::numeric_limits<float>::quiet_NaN();
      placed<float> gradient(width, layouts[0], 0);
      gradients<float> wanted;
      wanted.logits = gradient.view;
      const float value = value_and_grad(tiled{.threads = 1}, objective{info_nce{.temperature = 1}},
                                         matrix_targets{given.targets}, given_logits{given.logits.view}, wanted);
      CHECK(std::isnan(static_cast<double>(value)));
      for (index_t i = 0; i < number; ++i)
        for (index_t k = 0; k < width; ++k) CHECK((gradient.view(i, k) == gradient.view(i, k)) == (i != 4));
      given.weights = matrix<float>(number, width, 1.0F);
      given.weights(4, where) = 0, given.targets(4, where) = 0;
      const float hidden =
          value_and_grad(tiled{.threads = 1}, objective{info_nce{.temperature = 1}},
                         matrix_targets{given.targets, given.weights}, given_logits{given.logits.view}, wanted);
      CHECK(hidden == hidden);
      for (index_t i = 0; i < number; ++i)
        for (index_t k = 0; k < width; ++k) CHECK(gradient.view(i, k) == gradient.view(i, k));
    }
}
