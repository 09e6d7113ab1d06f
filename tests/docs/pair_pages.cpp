// SPDX-License-Identifier: BSD-3-Clause
// What the pages of losses over pairs, triplets and the batch show.
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>

using namespace mixcon;

namespace {

/// Twelve unit rows of three classes.
struct labelled_rows {
  mixcon_test::matrix<double> z = mixcon_test::random_embeddings<double>(12, 4, 1), gradient{12, 4};
  std::vector<int> labels{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
};

}  // namespace

TEST_CASE("The calls on the pages of triplet losses run", "[docs]") {
  auto [z, gradient, labels] = labelled_rows{};
  {
    const objective facenet{triplet_margin{.margin = 0.2, .mined = triplets::semi_hard},
                            negative_distance{rows::unit, rows::unit}};
    const double loss = value_and_grad(tiled{}, facenet, label_targets{.labels = labels}, z, gradient);
    const std::vector<triplet> mined = mined_triplets(facenet, label_targets{.labels = labels}, z);
    CHECK((loss > 0) == !mined.empty());
  }
  {
    const objective hardest{batch_hard_triplet{.margin = 0.2}, negative_distance{rows::unit, rows::unit}};
    const double loss = value_and_grad(tiled{}, hardest, label_targets{.labels = labels}, z, gradient);
    CHECK(loss > 0);
  }
}

TEST_CASE("The calls on the pages of losses over positive pairs run", "[docs]") {
  auto [z, gradient, labels] = labelled_rows{};
  {
    const objective lifted{lifted_structure{}, negative_distance{rows::unit, rows::unit}};
    const double loss = value_and_grad(tiled{}, lifted, label_targets{.labels = labels}, z, gradient);
    CHECK(loss > 0);
  }
  {
    const objective per_pair{nt_xent_per_pair{.temperature = 0.07}, cosine{}};
    const double loss = value_and_grad(tiled{}, per_pair, label_targets{.labels = labels}, z, gradient);
    CHECK(loss > 0);
  }
}

TEST_CASE("The calls on the pages of alignment and uniformity run", "[docs]") {
  auto [z, gradient, labels] = labelled_rows{};
  auto y = mixcon_test::random_embeddings<double>(12, 4, 2);
  mixcon_test::matrix<double> grad_z(12, 4), grad_y(12, 4);
  {
    const alignment near{.power = 2, .form = rows::unit};
    const double loss = value_and_grad(tiled{}, near, z, y, {.first = grad_z, .second = grad_y});
    CHECK(loss > 0);
  }
  {
    const objective even{uniformity{.sharpness = 2}, negative_squared_distance{rows::unit, rows::unit}};
    const double loss = value_and_grad(tiled{}, even, other_rows{}, z, gradient);
    CHECK(loss < 0);
  }
}

TEST_CASE("The call on given logits of the page on the design runs", "[docs]") {
  const auto logits = mixcon_test::random_embeddings<double>(5, 3, 1);
  const auto soft = mixcon_test::matrix<double>(5, 3, 1.0 / 3);
  mixcon_test::matrix<double> gradient(5, 3), by_targets(5, 3);
  const objective cross_entropy_of{info_nce{.temperature = 1}};
  const double loss = value_and_grad(tiled{}, cross_entropy_of, matrix_targets{soft}, given_logits{logits},
                                     {.logits = gradient, .targets = by_targets});
  CHECK(loss > 0);
}
