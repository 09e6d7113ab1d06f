// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/biased_call.hpp"

#include <mixcon/losses/multi_similarity.hpp>

using namespace mixcon_test;

TEST_CASE("Two sums of exponentials, one of which falls, agree with serial under a bias per candidate", "[gpu]") {
  std::vector<int> labels, others;
  for (int i = 0; i < 66; ++i) labels.push_back(i < 30 ? 0 : i % 5);
  for (int i = 0; i < 33; ++i) others.push_back(i < 12 ? 0 : i % 7);
  const mixcon::label_targets of_both{.labels = labels, .candidate_labels = others};
  const auto a = exact_rows(66, 9, 1), c = exact_rows(33, 9, 2);
  check_biased("labels of both", mixcon::multi_similarity{}, of_both, made_biases(33), a, &c);
  // a positive of bias -infinity has an infinite loss, so those are only of negatives
  std::vector<double> hides_negatives = made_biases(33);
  for (std::size_t k = 0; k < 33; ++k)
    if (others[k] > 4) hides_negatives[k] = -HUGE_VAL;
  check_biased("labels of both, some hidden", mixcon::multi_similarity{}, of_both, hides_negatives, a, &c);
}
