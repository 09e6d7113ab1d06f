// SPDX-License-Identifier: BSD-3-Clause
// Targets that are 0 or negative where a loss means them so.
#include "support/engines.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/decoupled.hpp>

using namespace mixcon;
using namespace mixcon_test;

TEST_CASE("Scaled targets multiply the positives' shares, and a positive of target 0 is no negative", "[contrast]") {
  const auto z = random_embeddings<double>(6, 4, 3);
  const std::vector<double> factors{1, 0, -0.5, 2, 0.25, 1};
  const objective criterion{decoupled{.temperature = 0.5}, dot_product{}};
  double expected = 0;
  for (index_t i = 0; i < 6; ++i) {
    double partition = 0;
    const auto logit = [&](index_t k) {
      double sum = 0;
      for (index_t d = 0; d < 4; ++d) sum += z(i, d) * z(k, d);
      return sum / 0.5;
    };
    for (index_t k = 0; k < 6; ++k)
      if (k % 3 != i % 3) partition += std::exp(logit(k));
    expected += (std::log(partition) - factors[static_cast<std::size_t>(i)] * logit((i + 3) % 6)) / 6;
  }
  const scaled_targets targets{view_targets{.samples = 3}, factors};
  matrix<double> written(6, 6);
  for (index_t i = 0; i < 6; ++i) written(i, (i + 3) % 6) = i == 1 ? 1e-300 : factors[static_cast<std::size_t>(i)];
  matrix<double> weight(6, 6, 1);
  for (index_t i = 0; i < 6; ++i) weight(i, i) = 0;
  for_each_engine<double>([&](const auto& executor, const char*) {
    CHECK(value_of(executor, criterion, targets, z, z).value == Approx(expected).epsilon(1e-13));
    CHECK(value_of(executor, criterion, matrix_targets{written, weight, target_signs::any}, z, z).value ==
          Approx(expected).epsilon(1e-13));
  });
  CHECK_THAT(refusal_of([&] {
               value_of(serial{}, criterion, matrix_targets{written, weight}, z, z);
             }),
             ContainsSubstring("target (2, 5) is -0.5; expected a finite number >= 0, or target_signs::any"));
  const std::vector<double> few{1, 2};
  CHECK_THAT(refusal_of([&] {
               value_of(serial{}, criterion, scaled_targets{view_targets{.samples = 3}, few}, z, z);
             }),
             ContainsSubstring("2 factors for 6 anchors"));
}
