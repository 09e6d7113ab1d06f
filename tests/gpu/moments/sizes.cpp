// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/moments/moment_call.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;

namespace {

mixcon::objective<mixcon::info_nce, mixcon::cosine, mixcon::plain_logits> made_objective() {
  mixcon::objective one{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  one.without_positive = mixcon::no_positive::skip;
  return one;
}

}  // namespace

TEST_CASE("Moments agree with serial below, at and above the edges of their tiles", "[gpu]") {
  struct size {
    index_t anchors, candidates, width;
  };
  // a block has 128 rows, or 64 of more than 64 numbers; a tile 64 candidates, or 32 of more than 128; 6 tiles are
  // stages + 3, 9 tiles two splits
  const size sizes[] = {{1, 1, 1},     {1, 65, 64},   {63, 63, 63}, {64, 64, 65}, {65, 65, 5},    {127, 127, 3},
                        {128, 128, 2}, {129, 129, 3}, {5, 385, 3},  {5, 577, 3},  {33, 192, 256}, {2, 193, 129}};
  auto criterion = made_objective();
  for (const auto& [anchors, candidates, width] : sizes) {
    INFO(anchors << " x " << candidates << ", width " << width);
    criterion.direction = {1, candidates % 2 == 0 ? 0.5 : 0.0};
    const auto a = exact_rows(anchors, width, 1), c = exact_rows(candidates, width, 2);
    check_moments("diagonal", criterion, mixcon::diagonal_targets{}, a, &c);
  }
}

TEST_CASE("A call by moments has the same bits every time and in every order of threads and blocks", "[gpu]") {
  constexpr auto moments = mixcon::gpu::tier::moments;
  auto criterion = made_objective();
  criterion.direction = {0.5, 0.5};
  const auto a = exact_rows(66, 33, 1), c = exact_rows(130, 33, 2);
  const mixcon::diagonal_targets targets;
  const tile_answer first = by_tiles<float, moments>(criterion, targets, a, &c);
  const auto before = mixcon::gpu::emulated::the_settings();
  for (const auto& how : mixcon::gpu::emulated::every_order()) {
    mixcon::gpu::emulated::the_settings() = how;
    CHECK(by_tiles<float, moments>(criterion, targets, a, &c) == first);
  }
  mixcon::gpu::emulated::the_settings() = before;
}

TEST_CASE("One class, and labels at the edges of tiles, agree with serial on moments", "[gpu]") {
  auto criterion = made_objective();
  criterion.direction = {1, 0.5};
  for (const index_t rows : {1, 2, 9, 64, 65}) {
    INFO(rows << " rows");
    const std::vector<int> one(static_cast<std::size_t>(rows), 3);
    criterion.without_positive = rows == 1 ? mixcon::no_positive::zero : mixcon::no_positive::skip;
    check_moments("one class", criterion, mixcon::label_targets{.labels = one}, exact_rows(rows, 5, 1));
  }
}
