// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/tiles/tile_call.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;

namespace {

constexpr double bound = 2e-5;

mixcon::objective<mixcon::info_nce, mixcon::cosine, mixcon::plain_logits> made_objective() {
  mixcon::objective one{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  one.scale = 1.25, one.without_positive = mixcon::no_positive::skip;
  return one;
}
/// Targets of the test's own: some positives, some hidden, shares and weights.
struct thirds {
  MIXCON_HD mixcon::role<double> operator()(index_t anchor, index_t candidate) const {
    if ((anchor + 2 * candidate) % 11 == 5) return mixcon::hidden_pair();
    return anchor % 3 == candidate % 3 ? mixcon::positive_pair(0.75, 0.5)
                                       : mixcon::negative_pair(candidate % 2 == 0 ? 1.0 : 0.25);
  }
};
const any_targets& in_thirds() {
  static const any_targets one = any_targets::of("thirds", mixcon::targets_of(thirds{}));
  return one;
}

}  // namespace

TEST_CASE("Tiles of split float agree with serial, below, at and above their edges", "[gpu]") {
  struct size {
    index_t anchors, candidates, width;
  };
  // 7 tiles are stages + 4: a tile has 64 candidates, or 32 of more than 128 numbers; 9 tiles are two splits
  const size sizes[] = {{1, 1, 1},   {1, 65, 64},    {63, 64, 63},  {64, 63, 65},  {65, 1, 5},   {17, 448, 64},
                        {5, 577, 3}, {33, 224, 256}, {65, 33, 129}, {3, 300, 255}, {2, 129, 128}};
  auto criterion = made_objective();
  for (const auto& [anchors, candidates, width] : sizes) {
    INFO(anchors << " x " << candidates << ", width " << width);
    criterion.direction = {1, candidates % 2 == 0 ? 0.5 : 0.0};
    const auto a = exact_rows(anchors, width, 1), c = exact_rows(candidates, width, 2);
    const tile_answer expected = tiles_expected(criterion, in_thirds(), a, &c);
    mixcon::gpu::emulated::the_counts() = {};
    CHECK(tile_disagreement(by_tiles<float>(criterion, in_thirds(), a, &c), expected, bound, bound) == "");
    CHECK(mixcon::gpu::emulated::the_counts().products > 0);
    CHECK(mixcon::gpu::emulated::the_counts().bank_conflicts == 0);
  }
}

TEST_CASE("A call by tiles has the same bits every time and in every order of threads and blocks", "[gpu]") {
  auto criterion = made_objective();
  criterion.direction = {0.5, 0.5};
  const auto a = exact_rows(70, 33, 1), c = exact_rows(130, 33, 2);
  const tile_answer first = by_tiles<float>(criterion, in_thirds(), a, &c);
  CHECK(tile_disagreement(first, tiles_expected(criterion, in_thirds(), a, &c), bound, bound) == "");
  const auto before = mixcon::gpu::emulated::the_settings();
  for (const auto& how : mixcon::gpu::emulated::every_order()) {
    mixcon::gpu::emulated::the_settings() = how;
    CHECK(by_tiles<float>(criterion, in_thirds(), a, &c) == first);
  }
  mixcon::gpu::emulated::the_settings() = before;
}
