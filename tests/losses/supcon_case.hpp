// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/embeddings.hpp"

namespace mixcon_test {

/// A random batch of SupCon: labels, views, and which rows are anchors.
struct supcon_case {
  index_t samples, views, width;
  double temperature;
  bool first_view;  // anchors
  std::vector<int> labels;

  explicit supcon_case(random_numbers& draw)
      : samples(draw.between(2, 14)),
        views(draw.between(1, 3)),
        width(draw.between(1, 20)),
        temperature(draw.uniform(0.07, 1.5)),
        first_view(draw.chance(0.3)),
        labels(random_labels(samples, draw.between(1, 5), draw)) {
    for (int& label : labels) label = label * 1000003 - 7;  // only compared
  }
  index_t rows() const { return samples * views; }
  index_t anchors() const { return first_view ? samples : rows(); }
};

}  // namespace mixcon_test
