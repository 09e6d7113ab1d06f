// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/tiles/tile_call.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;

namespace {

/// Rows that E holds, as they are: only the weights are rounded.
template <class E>
void check(double gradient_bound) {
  struct size {
    index_t anchors, candidates, width;
  };
  const size sizes[] = {{1, 1, 1},     {63, 65, 64},  {5, 449, 33}, {65, 65, 65},
                        {2, 300, 128}, {64, 64, 129}, {65, 66, 256}};
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.2}, mixcon::dot_product{}};
  const any_targets diagonal = any_targets::of("diagonal", mixcon::diagonal_targets{});
  for (const auto& [anchors, candidates, width] : sizes) {
    INFO(anchors << " x " << candidates << ", width " << width);
    criterion.direction.columns = anchors == candidates ? 0.5 : 0;
    const auto a = rows_held_by<E>(anchors, width, 1), c = rows_held_by<E>(candidates, width, 2);
    const tile_answer expected = tiles_expected(criterion, diagonal, a, &c);
    mixcon::gpu::emulated::the_counts() = {};
    CHECK(tile_disagreement(by_tiles<E>(criterion, diagonal, a, &c), expected, 2e-5, gradient_bound) == "");
    CHECK(mixcon::gpu::emulated::the_counts().products > 0);
    CHECK(mixcon::gpu::emulated::the_counts().bank_conflicts == 0);
  }
  // weights far below what fp16 holds: 1e-9 of a mean over few anchors
  criterion.scale = 1e-9;
  const auto a = rows_held_by<E>(20, 9, 1), c = rows_held_by<E>(40, 9, 2);
  tile_answer expected = tiles_expected(criterion, diagonal, a, &c), found = by_tiles<E>(criterion, diagonal, a, &c);
  for (tile_answer* of : {&expected, &found})
    for (auto* numbers : {&of->anchors, &of->candidates})
      for (double& x : *numbers) x *= 1e9;
  CHECK(tile_disagreement(found, expected, 2e-5, gradient_bound) == "");
}

}  // namespace

TEST_CASE("Tiles of bfloat16 agree with serial on the same rows", "[gpu]") { check<mixcon::bfloat16>(4e-3); }
TEST_CASE("Tiles of half agree with serial on the same rows", "[gpu]") { check<mixcon::half>(1e-3); }
