// SPDX-License-Identifier: BSD-3-Clause
// What the pages of NT-Xent and SupCon show.
#include "support/catch.hpp"
#include "support/embeddings.hpp"

#include <mixcon/adapt/tensors/span.hpp>
#include <mixcon/mixcon.hpp>

using namespace mixcon;

TEST_CASE("The calls on the pages of NT-Xent and SupCon run", "[docs]") {
  const index_t samples = 6;
  const auto z = mixcon_test::random_embeddings<double>(2 * samples, 4, 1);
  auto gradient = z;
  const std::vector<int> labels{0, 1, 2, 0, 1, 2};
  {
    // z (2N, D): the first views of all samples, then their second ones
    const double loss = value_and_grad(tiled{}, nt_xent(0.5), view_targets{.samples = samples}, z, gradient);
    CHECK(loss > 0);
  }
  {
    // contrast_mode "all": every view of every sample is an anchor
    const label_targets classes{.labels = labels, .views = 2};
    const double loss = value_and_grad(tiled{}, supcon(0.1, 0.1), classes, z, gradient);
    CHECK(loss > 0);
  }
  {
    mixcon_test::matrix<double> by_first(samples, 4), by_all(2 * samples, 4);
    const label_targets classes{.labels = labels, .views = 2};
    const matrix_view<const double> embeddings = view<2>(z);
    const index_t width = embeddings.extent(1);
    // contrast_mode "one": anchors are only the first view, candidates all rows
    const matrix_view<const double> first_view{embeddings.data(), {samples, width}};
    const double loss = value_and_grad(tiled{}, supcon(0.1, 0.1), classes, first_view, z,
                                       {.anchors = by_first, .candidates = {by_all}});
    CHECK(loss > 0);
  }
  {
    mixcon_test::matrix<double> mask(samples, samples, 0.25);
    for (index_t i = 0; i < samples; ++i) mask(i, i) = 1;
    // mask (N, N): how much sample j is a positive of sample i
    const double loss = value_and_grad(tiled{}, supcon(0.1, 0.1), mask_targets(mask, 2), z, gradient);
    CHECK(loss > 0);
  }
}
