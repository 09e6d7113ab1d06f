// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/call.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/multi_similarity.hpp>
#include <mixcon/losses/nt_xent_per_pair.hpp>
#include <mixcon/losses/triplet_margin.hpp>
#include <mixcon/losses/uniformity.hpp>

using namespace mixcon_test;

namespace {

/// By labels in five classes, in both directions, every gradient; whether matrix products took part.
template <class Criterion>
bool agrees_by_products(Criterion criterion) {
  criterion.direction = {0.75, 0.5};
  static const std::vector<int> labels = [] {
    std::vector<int> made;
    for (int i = 0; i < 35; ++i) made.push_back(i * 7 % 5);
    return made;
  }();
  const any_targets targets = any_targets::of("labels", mixcon::label_targets{.labels = labels});
  const call_rows rows{exact_rows(35, 12, 1)};
  device_side<double, mixcon::gpu::tier::chunks> side;
  const call_answer found = answer_of<double>(side, criterion, targets, rows);
  CHECK(disagreement(found, by_serial(criterion, targets, rows), double_bound) == "");
  return side.products() > 0;
}

}  // namespace

TEST_CASE("Losses of each anchor, of the batch and of each positive run in chunks", "[gpu]") {
  CHECK(agrees_by_products(mixcon::objective{mixcon::multi_similarity{}, mixcon::cosine{}}));
  CHECK(agrees_by_products(mixcon::objective{mixcon::uniformity{}, mixcon::dot_product{}}));
  CHECK(agrees_by_products(mixcon::objective{mixcon::nt_xent_per_pair{}, mixcon::cosine{}}));
}
TEST_CASE("Triplets and distances take the plain kernels of a stream of chunks", "[gpu]") {
  CHECK_FALSE(agrees_by_products(mixcon::objective{mixcon::triplet_margin{}, mixcon::cosine{}}));
  CHECK_FALSE(agrees_by_products(mixcon::objective{mixcon::multi_similarity{}, mixcon::negative_squared_distance{}}));
}
