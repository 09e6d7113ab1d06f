// SPDX-License-Identifier: BSD-3-Clause
// Every similarity, every form of logits, and a loss of several terms.
#pragma once

#include "gpu/cases.hpp"

namespace mixcon_test {

template <class Similarity>
void check_similarity(const char* title, const Similarity& similarity, row_report& report) {
  report.check(title, mixcon::objective{mixcon::info_nce{.temperature = 0.5}, similarity},
               mixcon::view_targets{.samples = samples}, two_views());
}
template <class Logits>
void check_logits(const char* title, const Logits& logits, row_report& report) {
  report.check(title, mixcon::objective{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}, logits},
               mixcon::view_targets{.samples = samples}, two_views());
}

inline void check_every_logit(row_report& report) {
  report.check("a loss of two terms", mixcon::objective{two_terms{}, mixcon::cosine{}},
               mixcon::view_targets{.samples = samples}, two_views());

  check_similarity("cosine", mixcon::cosine{}, report);
  check_similarity("dot_product", mixcon::dot_product{}, report);
  check_similarity("dot_product of unit anchors", mixcon::dot_product{.anchors = mixcon::rows::unit}, report);
  check_similarity("negative_squared_distance", mixcon::negative_squared_distance{}, report);
  check_similarity("negative_distance", mixcon::negative_distance{}, report);

  const rows_of_numbers bias = random_rows(1, 2 * samples, 5), pair_bias = random_rows(2 * samples, 2 * samples, 6);
  const rows_of_numbers pair_scale = shares(2 * samples, 2 * samples, 7);
  const auto biases = pair_bias.view(), scales = pair_scale.view();
  check_logits("plain_logits with a bias", mixcon::plain_logits{.bias = -0.75}, report);
  check_logits("candidate_bias", mixcon::candidate_bias{bias.data}, report);
  check_logits("pair_logits", mixcon::pair_logits{scales, biases}, report);
}

}  // namespace mixcon_test
