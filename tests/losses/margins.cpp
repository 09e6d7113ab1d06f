// SPDX-License-Identifier: BSD-3-Clause
// Losses of labelled rows with margins: what is special to each. Values and gradients are the case table's.
#include "support/agreement.hpp"
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/engine/executor.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/losses/circle.hpp>
#include <mixcon/losses/contrastive_margin.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/n_pairs.hpp>

using namespace mixcon;
using namespace mixcon_test;

namespace {

struct labelled_rows {
  matrix<double> z = random_embeddings<double>(6, 4, 31);
  std::vector<int> labels{0, 1, 0, 1, 2, 0};  // class 2 has one row
  matrix<double> gradient = zeros_like(z);

  void make_one_class() { labels.assign(6, 5); }
};

}  // namespace

TEST_CASE("multi_similarity as its page calls it; a row without a positive has the second part alone", "[contrast]") {
  labelled_rows rows;
  auto& [z, labels, gradient] = rows;
  const objective multi{multi_similarity{.attract = 2, .repel = 50, .base = 0.5}, cosine{}};
  const double loss = value_and_grad(tiled{}, multi, label_targets{.labels = labels}, z, gradient);
  CHECK(loss > 0);

  matrix<double> alone(1, 4, 1.0), other(1, 4, 1.0);
  other(0, 0) = 0, other(0, 1) = 0;  // a cosine of sqrt(1/2)
  const std::vector<int> own{0}, another{1};
  auto by_alone = alone;
  const double pushed = value_and_grad(tiled{}, multi, label_targets{.labels = own, .candidate_labels = another}, alone,
                                       other, {.anchors = by_alone});
  CHECK(pushed == Approx(std::log1p(std::exp(50 * (std::sqrt(0.5) - 0.5))) / 50).epsilon(1e-13));
}

TEST_CASE("circle as its page calls it; with one class it is 0", "[contrast]") {
  labelled_rows rows;
  auto& [z, labels, gradient] = rows;
  const objective circles{circle{.margin = 0.4, .gamma = 80}, cosine{}};
  const auto loss = value_and_grad(tiled{}, circles, label_targets{.labels = labels}, z, gradient);
  CHECK(loss.value > 0);
  CHECK(loss.anchors_used == 5);
  rows.make_one_class();
  CHECK(value_and_grad(tiled{}, circles, label_targets{.labels = labels}, z, gradient) == 0.0);
  CHECK(largest_entry(gradient) == 0);
}

TEST_CASE("contrastive_margin as its page calls it; its two means are added", "[contrast]") {
  labelled_rows rows;
  auto& [z, labels, gradient] = rows;
  const objective margins{contrastive_margin{.positive_margin = 0, .negative_margin = 1},
                          negative_distance{rows::unit, rows::unit}};
  const double loss = value_and_grad(tiled{}, margins, label_targets{.labels = labels}, z, gradient);
  objective far = margins, near = margins;
  far.loss.negative_margin = -10, near.loss.positive_margin = 10;
  const double pulled = value_and_grad(tiled{}, far, label_targets{.labels = labels}, z, gradient);
  const double pushed = value_and_grad(tiled{}, near, label_targets{.labels = labels}, z, gradient);
  CHECK(pulled > 0);
  CHECK(loss == Approx(pulled + pushed).epsilon(1e-14));
  rows.make_one_class();
  CHECK(value_and_grad(tiled{}, near, label_targets{.labels = labels}, z, gradient) == 0.0);
  CHECK(value_and_grad(tiled{}, far, label_targets{.labels = labels}, z, gradient) > 0.0);
}

TEST_CASE("n_pairs as its page calls it; third rows and lone rows take no part", "[contrast]") {
  labelled_rows rows;
  auto& [z, labels, gradient] = rows;
  const double loss = value_and_grad(tiled{}, n_pairs{}, label_targets{.labels = labels}, z, gradient);
  const auto held = gradient;
  for (const index_t i : {4, 5})  // the lone row of class 2, the third row of class 0
    for (index_t k = 0; k < 4; ++k) {
      CHECK(gradient(i, k) == 0);
      z(i, k) = 7;
    }
  CHECK(value_and_grad(tiled{}, n_pairs{}, label_targets{.labels = labels}, z, gradient) == loss);
  CHECK(gradient == held);

  const objective pairs{info_nce{.temperature = 1}, cosine{}};
  auto first = rows_of(z, 0, 2), second = rows_of(z, 2, 2);
  auto by_first = first, by_second = second;
  CHECK(loss == value_and_grad(tiled{}, pairs, diagonal_targets{}, first, second,
                               {.anchors = by_first, .candidates = {by_second}}));
  CHECK(rows_of(gradient, 0, 2) == by_first);
  CHECK(rows_of(gradient, 2, 2) == by_second);
}

TEST_CASE("n_pairs of a batch without a pair is 0, and bad shapes are refused", "[contrast]") {
  labelled_rows rows;
  auto& [z, labels, gradient] = rows;
  labels = {0, 1, 2, 3, 4, 5};
  gradient(0, 0) = 3;
  const auto nothing = value_and_grad(tiled{}, n_pairs{}, label_targets{.labels = labels}, z, gradient);
  CHECK(nothing.value == 0);
  CHECK(nothing.anchors_used == 0);
  CHECK(largest_entry(gradient) == 0);
  matrix<double> small(2, 4);
  CHECK_THROWS_WITH(value_and_grad(tiled{}, n_pairs{}, label_targets{.labels = labels}, z, small),
                    ContainsSubstring("the gradient is (2, 4); expected (6, 4)"));
  CHECK_THROWS_WITH(value_and_grad(tiled{}, n_pairs{}, label_targets{.labels = labels}, z, z),
                    ContainsSubstring("shares memory"));
}
