// SPDX-License-Identifier: BSD-3-Clause
// What docs/extend/a_loss.md shows: its loss, by its test; and the shorter losses that show the rest of the vocabulary.
#define main multi_similarity_example
#include "../../examples/05_your_own_loss.cpp"
#undef main

#include "support/catch.hpp"
#include "support/embeddings.hpp"
#include "support/engines.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

long double multi_similarity_written_out(long double attract, long double repel, long double base,
                                         const reference::table& z, const std::vector<int>& labels) {
  const auto similarity = reference::products(reference::unit(z), reference::unit(z));
  long double sum = 0;
  for (index_t i = 0; i < z.rows(); ++i) {
    long double positives = 0, negatives = 0;
    for (index_t j = 0; j < z.rows(); ++j) {
      const bool same = labels[static_cast<std::size_t>(i)] == labels[static_cast<std::size_t>(j)];
      if (same && j != i) positives += std::exp(-attract * (similarity(i, j) - base));
      if (!same) negatives += std::exp(repel * (similarity(i, j) - base));
    }
    sum += std::log(1 + positives) / attract + std::log(1 + negatives) / repel;
  }
  return sum / static_cast<long double>(z.rows());
}

TEMPLATE_TEST_CASE("my_multi_similarity agrees with its definition written out", "[contrast]", float, double) {
  const auto z = random_embeddings<TestType>(9, 5, 11);
  const std::vector<int> labels{0, 1, 2, 0, 1, 0, 0, 1, 7};  // classes of 4, 3, 1 and 1 rows
  const my_multi_similarity loss{.attract = 3, .repel = 20, .base = 0.4};
  const long double expected = multi_similarity_written_out(3, 20, 0.4L, converted<long double>(z), labels);
  value_check<TestType> agrees("my_multi_similarity");
  agrees(objective{loss}, label_targets{.labels = labels}, z, z, 9, 5, 20, expected);
}

TEST_CASE("the gradient of my_multi_similarity is that of finite differences", "[contrast]") {
  auto z = random_embeddings<double>(7, 4, 12);
  const std::vector<int> labels{0, 1, 0, 1, 1, 0, 7};
  const objective criterion{my_multi_similarity{}};
  const label_targets targets{.labels = labels};
  for_each_engine<double>([&](const auto& executor, const char* name) {
    INFO(name);
    auto gradient = zeros_like(z);
    value_and_grad(executor, criterion, targets, z, gradient);
    for (double& entry : z.entries()) {
      const auto at = static_cast<std::size_t>(&entry - z.data());
      const double middle = entry, step = 1e-5;
      entry = middle + step;
      const double above = value_of(executor, criterion, targets, z, z);
      entry = middle - step;
      const double below = value_of(executor, criterion, targets, z, z);
      entry = middle;
      CHECK(gradient.entries()[at] == Approx((above - below) / (2 * step)).margin(1e-8));
    }
  });
}

TEST_CASE("my_multi_similarity refuses factors that are not positive", "[contrast]") {
  CHECK_THROWS_WITH(objective{my_multi_similarity{.repel = 0}}, ContainsSubstring("repel is 0"));
}

// ---- the other snippets of the page ----

/// Decoupled contrastive learning: the positive is left out of the partition. Yeh et al. 2021, arXiv:2110.06848.
struct decoupled {
  double temperature = 0.1;  // in units of similarity, > 0
  static constexpr bool needs_positive = true, needs_negative = true;

  auto statistics() const { return pack{log_sum_exp{over::negatives}, sum_of{over::targets}}; }
  template <class T>
  MIXCON_HD T value(T negatives, T attraction) const {
    return negatives - attraction;
  }
};

/// max(0, upper - x): what a positive lacks.
struct lacking {
  double upper;
  template <class T>
  MIXCON_HD T operator()(const T& x) const {
    return relu(upper - x);
  }
};
/// 1 where the positive lacks anything.
struct is_lacking {
  double upper;
  template <class T>
  MIXCON_HD T operator()(const T& x) const {
    return choose(plain(x) < plain(T(upper)), T(1), T(0));
  }
};
/// The mean lack of those positives that lack anything.
struct mean_lack {
  double upper = 0.8;  // in units of similarity

  auto statistics() const {
    return pack{sum_of{over::positives, lacking{upper}}, sum_of{over::positives, is_lacking{upper}}};
  }
  template <class T>
  MIXCON_HD auto value(T lack, T number) const {
    return terms{term{lack, plain(number)}};
  }
};

/// A loss in units of similarity again: the logit scale, 1 / temperature, is divided out.
struct in_units_of_similarity {
  double temperature = 0.1;
  auto statistics() const { return pack{log_sum_exp{over::candidates}}; }
  template <class T>
  MIXCON_HD T value(T partition, T scale) const {
    return partition / scale;
  }
};

struct pairs_of_rows {
  matrix<double> z = random_embeddings<double>(6, 4, 3);
  std::vector<int> labels{0, 1, 0, 1, 1, 0};
  reference::table similarity =
      reference::products(reference::unit(converted<long double>(z)), reference::unit(converted<long double>(z)));
  bool positive(index_t i, index_t j) const {
    return i != j && labels[static_cast<std::size_t>(i)] == labels[static_cast<std::size_t>(j)];
  }
};

TEST_CASE("the decoupled loss of the page is what it says", "[docs]") {
  const pairs_of_rows rows;
  long double expected = 0;
  for (index_t i = 0; i < 6; ++i) {
    long double partition = 0, attraction = 0, positives = 0;
    for (index_t j = 0; j < 6; ++j) {
      if (rows.positive(i, j)) positives += 1, attraction += rows.similarity(i, j) / 0.1L;
      if (!rows.positive(i, j) && i != j) partition += std::exp(rows.similarity(i, j) / 0.1L);
    }
    expected += (std::log(partition) - attraction / positives) / 6;
  }
  const double value = value_of(objective{decoupled{}}, label_targets{.labels = rows.labels}, rows.z);
  CHECK(value == Approx(static_cast<double>(expected)));
}

TEST_CASE("the loss with terms of the page is a mean over pairs that lack something", "[docs]") {
  const pairs_of_rows rows;
  long double lack = 0, number = 0;
  for (index_t i = 0; i < 6; ++i)
    for (index_t j = 0; j < 6; ++j)
      if (rows.positive(i, j) && rows.similarity(i, j) < 0.2L) lack += 0.2L - rows.similarity(i, j), number += 1;
  REQUIRE(number > 0);
  for_each_engine<double>([&](const auto& executor, const char* name) {
    INFO(name);
    const double value =
        value_of(executor, objective{mean_lack{.upper = 0.2}}, label_targets{.labels = rows.labels}, rows.z, rows.z);
    CHECK(value == Approx(static_cast<double>(lack / number)));
  });
}

TEST_CASE("the loss of the page that reads the scale has the whole slope by its temperature", "[docs]") {
  const pairs_of_rows rows;
  const label_targets targets{.labels = rows.labels};
  auto at = [&](double temperature) {
    return value_of(objective{in_units_of_similarity{.temperature = temperature}}, targets, rows.z).value;
  };
  double slope = 0;
  value_and_grad(tiled{}, objective{in_units_of_similarity{}}, targets, rows.z, rows.z, {.temperature = &slope});
  CHECK(slope == Approx((at(0.1 + 1e-6) - at(0.1 - 1e-6)) / 2e-6).epsilon(1e-6));
}

TEST_CASE("the example of the page runs and is content", "[docs]") { CHECK(multi_similarity_example() == 0); }

}  // namespace
