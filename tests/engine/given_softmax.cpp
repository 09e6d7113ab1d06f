// SPDX-License-Identifier: BSD-3-Clause
// The softmax cross entropy of given logits, which `tiled` takes at once: what the formula says, in long double.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/core/number/instruction_sets.hpp>
#include <mixcon/losses/soft_cross_entropy.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// The value of one row and its slopes by the logits, by sums without what is subtracted last: small ones keep digits.
template <class T>
long double row_of_formula(const vector_view<const T>& logits, const std::vector<long double>& target,
                           long double scale, std::vector<long double>& slopes) {
  std::vector<long double> before(target.size() + 1), after(before);  // sums of the exponentials of other classes
  const auto x = [&](std::size_t c) { return scale * static_cast<long double>(logits[static_cast<index_t>(c)]); };
  long double value = 0, mass = 0, top = x(0);
  for (std::size_t c = 0; c < target.size(); ++c) mass += target[c], top = std::max(top, x(c));
  for (std::size_t c = 0; c < target.size(); ++c) before[c + 1] = before[c] + std::exp(x(c) - top);
  for (std::size_t c = target.size(); c > 0; --c) after[c - 1] = after[c] + std::exp(x(c - 1) - top);
  for (std::size_t c = 0; c < target.size(); ++c) {
    const long double others = (before[c] + after[c + 1]) * std::exp(top - x(c));
    value += target[c] * std::log1p(others);
    slopes[c] = scale * (mass - target[c] - mass * others / (1 + others));
    if (target[c] == mass) slopes[c] = -scale * mass * others / (1 + others);
  }
  return value;
}

enum class kind { soft, one_hot, mixed };

/// Soft labels: random masses, among them rows of one class, of a mass of 2, and of none; or one class each.
template <class T>
std::vector<long double> target_row(kind of, index_t row, index_t classes, random_numbers& draw) {
  std::vector<long double> target(static_cast<std::size_t>(classes));
  const bool is_one = of == kind::one_hot || (of == kind::mixed && row % 3 == 1);
  if (of == kind::mixed && row % 5 == 4) return target;
  if (is_one) {
    target[static_cast<std::size_t>(row * 7 % classes)] = of == kind::mixed ? 2 : 1;
  } else {
    for (long double& t : target) t = static_cast<long double>(static_cast<T>(draw.uniform()));
  }
  return target;
}

template <class T>
void check(kind of, index_t rows, index_t classes, double temperature, T spread) {
  INFO(rows << " rows, " << classes << " classes, temperature " << temperature << ", kind " << static_cast<int>(of));
  random_numbers draw(static_cast<unsigned>(classes));
  matrix<T> logits = random_embeddings<T>(rows, classes, draw), targets(rows, classes), slopes(rows, classes, T(9));
  objective criterion{info_nce{.temperature = temperature}};
  criterion.direction.rows = 0.7, criterion.scale = 1.5;
  long double expected = 0, most = 0, error = 0;
  std::vector<long double> all(static_cast<std::size_t>(rows * classes)), of_row(static_cast<std::size_t>(classes));
  const long double scale = 1.5L / static_cast<long double>(temperature);
  index_t used = 0;
  for (index_t i = 0; i < rows; ++i) {
    for (index_t c = 0; c < classes; ++c) logits(i, c) *= spread;
    const std::vector<long double> target = target_row<T>(of, i, classes, draw);
    bool any = false;
    for (index_t c = 0; c < classes; ++c) {
      targets(i, c) = static_cast<T>(target[static_cast<std::size_t>(c)]);
      any = any || targets(i, c) > 0;
    }
    used += any ? 1 : 0;
    expected += row_of_formula<T>(vector_view<const T>{&logits(i, 0), {classes}}, target, scale, of_row) * 0.7L /
                static_cast<long double>(rows);
    for (index_t c = 0; c < classes; ++c)
      all[static_cast<std::size_t>(i * classes + c)] =
          of_row[static_cast<std::size_t>(c)] * 0.7L / static_cast<long double>(rows);
  }
  gradients<T> wanted;
  wanted.logits = view(slopes);
  const auto result =
      value_and_grad(tiled{.threads = 1}, criterion, matrix_targets{targets}, given_logits{logits}, wanted);
  CHECK(result.anchors_used == used);
  const auto eps = static_cast<long double>(std::numeric_limits<T>::epsilon());
  const long double largest = static_cast<long double>(spread) * scale * 4;
  CHECK(error_of(result.value, expected) <=
        8 * eps * std::fabs(expected) + eps * 1e-20L + 4 * eps * largest * (expected > 1));
  for (index_t i = 0; i < rows; ++i)
    for (index_t c = 0; c < classes; ++c) {
      const long double right = all[static_cast<std::size_t>(i * classes + c)];
      error = std::max(error, error_of(slopes(i, c), right)), most = std::max(most, std::fabs(right));
    }
  CHECK(error <= 16 * eps * std::max(1.0L, largest / 8) * most);

  for (const int threads : {2, 3}) {
    matrix<T> again(rows, classes, T(8));
    wanted.logits = view(again);
    const T value =
        value_and_grad(tiled{.threads = threads}, criterion, matrix_targets{targets}, given_logits{logits}, wanted);
    CHECK(same_bits(value, result.value));
    CHECK(same_bits(again, slopes));
  }
}

}  // namespace

TEMPLATE_TEST_CASE("the softmax of given logits is its formula, for any number of classes and rows", "[engine]", float,
                   double) {
  for (const kind of : {kind::soft, kind::one_hot, kind::mixed}) {
    for (index_t classes = 1; classes <= 40; ++classes)
      check<TestType>(of, 1 + classes % 19, classes, 0.9, TestType(3));
    for (const index_t classes : {63, 64, 65, 100, 511, 512, 513, 700})
      check<TestType>(of, 21, classes, 1, TestType(2));
    check<TestType>(of, 2, 9001, 1, TestType(2));
    check<TestType>(of, 500, 10, 1, TestType(2));
  }
}

TEMPLATE_TEST_CASE("it keeps its digits where logits are far apart", "[engine]", float, double) {
  for (const index_t classes : {2, 10, 33, 100})
    for (const kind of : {kind::one_hot, kind::mixed}) check<TestType>(of, 40, classes, 0.05, TestType(1));
}

TEMPLATE_TEST_CASE("a loss near 0 is exact, and so is its gradient", "[engine]", float, double) {
  for (const index_t classes : {7, 50}) {
    matrix<TestType> logits(3, classes, TestType(0)), targets(3, classes, TestType(0)), slopes(3, classes);
    for (index_t i = 0; i < 3; ++i) logits(i, i) = 30, targets(i, i) = 1;
    gradients<TestType> wanted;
    wanted.logits = view(slopes);
    const TestType value = value_and_grad(tiled{.threads = 1}, soft_cross_entropy(), matrix_targets{targets},
                                          given_logits{logits}, wanted);
    const long double others = static_cast<long double>(classes - 1) * std::exp(-30.0L), expected = std::log1p(others);
    const auto eps = static_cast<long double>(std::numeric_limits<TestType>::epsilon());
    CHECK(error_of(value, expected) <= 8 * eps * expected);
    const long double own = -others / (1 + others) / 3, other = std::exp(-30.0L) / (1 + others) / 3;
    for (index_t i = 0; i < 3; ++i)
      for (index_t c = 0; c < classes; ++c)
        CHECK(error_of(slopes(i, c), c == i ? own : other) <= 16 * eps * std::fabs(c == i ? own : other));
  }
}

TEMPLATE_TEST_CASE("classes as labels are one-hot rows, and ignored ones have no part", "[engine]", float, double) {
  for (const index_t classes : {3, 10, 33, 130}) {
    constexpr index_t rows = 37;
    const matrix<TestType> logits = random_embeddings<TestType>(rows, classes, 4);
    std::vector<int> labels;
    for (int i = 0; i < static_cast<int>(rows); ++i)
      labels.push_back(i % 6 == 5 ? -100 : i * 5 % static_cast<int>(classes));
    for (const ignored_anchor what : {ignored_anchor::skip, ignored_anchor::keep}) {
      const class_targets targets{.labels = labels, .ignored = -100, .ignored_anchors = what};
      matrix<TestType> slopes(rows, classes, TestType(5)), expected(rows, classes);
      gradients<TestType> wanted, reference;
      wanted.logits = view(slopes), reference.logits = view(expected);
      const auto found =
          value_and_grad(tiled{.threads = 1}, soft_cross_entropy(), targets, given_logits{logits}, wanted);
      const auto right = value_and_grad(serial{}, soft_cross_entropy(), targets, given_logits{logits}, reference);
      const auto eps = static_cast<long double>(std::numeric_limits<TestType>::epsilon());
      CHECK(found.anchors_used == right.anchors_used);
      CHECK(error_of(found.value, static_cast<long double>(right.value)) <= 16 * eps);
      CHECK(largest_difference(slopes, expected) <= 16 * eps / rows);
    }
  }
}

TEST_CASE("what is not finite, or hidden by -infinity, is what serial finds", "[engine]") {
  constexpr float infinite = std::numeric_limits<float>::infinity();
  for (const index_t classes : {5, 40, 90})
    for (const float odd : {-infinite, infinite, std::numeric_limits<float>::quiet_NaN()}) {
      matrix<float> logits = random_embeddings<float>(20, classes, 4), targets(20, classes, 0.0F);
      for (index_t i = 0; i < 20; ++i) targets(i, i % 4) = 0.5F, targets(i, (i + 1) % 4) = 0.5F;
      logits(7, classes - 1) = odd;
      matrix<float> slopes(20, classes, 5.0F), expected(20, classes);
      gradients<float> wanted, reference;
      wanted.logits = view(slopes), reference.logits = view(expected);
      const float value = value_and_grad(tiled{.threads = 1}, soft_cross_entropy(), matrix_targets{targets},
                                         given_logits{logits}, wanted);
      const float right =
          value_and_grad(serial{}, soft_cross_entropy(), matrix_targets{targets}, given_logits{logits}, reference);
      if (odd == -infinite) CHECK(std::fabs(value - right) <= 1e-5F);
      if (odd != -infinite) CHECK(std::isnan(static_cast<double>(value)) == std::isnan(static_cast<double>(right)));
      for (index_t i = 0; i < 20; ++i)
        for (index_t c = 0; c < classes; ++c) {
          const bool is_odd = !(expected(i, c) == expected(i, c));
          CHECK((slopes(i, c) == slopes(i, c)) == !is_odd);
          if (!is_odd) CHECK(std::fabs(slopes(i, c) - expected(i, c)) <= 1e-6F);
        }
    }
}

TEMPLATE_TEST_CASE("a call that is refused for a row which sees no class has written nothing", "[engine]", float,
                   double) {
  const TestType infinite = std::numeric_limits<TestType>::infinity(), large = std::numeric_limits<TestType>::max();
  for (const index_t classes : {1, 5, 40, 90})
    for (const TestType hiding : {-infinite, -large})  // twice the largest number is infinite too
      for (const index_t row : {0, 11, 19})
        for (const bool has_labels : {false, true}) {
          INFO(classes << " classes, row " << row << (has_labels ? ", labels" : ", soft labels"));
          matrix<TestType> logits = random_embeddings<TestType>(20, classes, 4), targets(20, classes, TestType(1)),
                           slopes(20, classes, TestType(5));
          const std::vector<int> labels(20, 0);
          for (index_t c = 0; c < classes; ++c) logits(row, c) = hiding;
          if (row > 0) logits(row - 1, classes - 1) = infinite;  // so that the rows are not taken at once
          gradients<TestType> wanted;
          wanted.logits = view(slopes);
          objective criterion{info_nce{.temperature = 1}};
          criterion.scale = 2;
          for (const int threads : {1, 2}) {
            const tiled engine{.threads = threads};
            if (has_labels)
              CHECK_THROWS_AS(
                  value_and_grad(engine, criterion, class_targets{.labels = labels}, given_logits{logits}, wanted),
                  std::invalid_argument);
            else
              CHECK_THROWS_AS(value_and_grad(engine, criterion, matrix_targets{targets}, given_logits{logits}, wanted),
                              std::invalid_argument);
            CHECK(same_bits(slopes, matrix<TestType>(20, classes, TestType(5))));
          }
        }
}

TEST_CASE("every instruction set finds the same to rounding", "[engine]") {
  const instruction_set before = instruction_set_in_use();
  const matrix<float> logits = random_embeddings<float>(33, 77, 4);
  matrix<float> targets(33, 77, 0.0F), first(33, 77), slopes(33, 77);
  for (index_t i = 0; i < 33; ++i) targets(i, i) = 0.75F, targets(i, i + 1) = 0.25F;
  gradients<float> wanted;
  wanted.logits = view(first);
  const float value =
      value_and_grad(tiled{.threads = 1}, soft_cross_entropy(), matrix_targets{targets}, given_logits{logits}, wanted);
  wanted.logits = view(slopes);
  for (const instruction_set set : {instruction_set::as_compiled, instruction_set::avx2}) {
    if (set > before) continue;
    use_instruction_set(set);
    const float other = value_and_grad(tiled{.threads = 1}, soft_cross_entropy(), matrix_targets{targets},
                                       given_logits{logits}, wanted);
    use_instruction_set(before);
    CHECK(std::fabs(other - value) <= 2e-6F);
    CHECK(largest_difference(slopes, first) <= 1e-8L);
  }
}
