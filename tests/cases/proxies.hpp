// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "cases/loss_case.hpp"

namespace mixcon_test {

/// Embeddings z, a proxy for each class, and labels that are classes.
inline loss_arguments draw_proxies(const case_sizes& sizes, random_numbers& draw) {
  loss_arguments given;
  given.rows = {random_embeddings<double>(sizes.samples, sizes.width, draw),
                random_embeddings<double>(sizes.classes, sizes.width, draw)};
  given.labels = random_labels(sizes.samples, sizes.classes, draw);
  return given;
}

/// The mean cross-entropy of logits (samples, classes).
inline long double class_cross_entropy(const table& logits, const std::vector<int>& labels) {
  long double loss = 0;
  for (index_t i = 0; i < logits.rows(); ++i) {
    long double partition = 0;
    for (index_t c = 0; c < logits.width(); ++c) partition += std::exp(logits(i, c));
    loss += std::log(partition) - logits(i, labels[static_cast<std::size_t>(i)]);
  }
  return loss / static_cast<long double>(logits.rows());
}

}  // namespace mixcon_test
