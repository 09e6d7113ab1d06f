// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/shared_calls.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>

#include <cstring>

using namespace mixcon_test;

namespace {

const any_targets& diagonal() {
  static const any_targets one = any_targets::of("diagonal", mixcon::diagonal_targets{});
  return one;
}
call_rows rows_of(index_t anchors, index_t candidates, index_t width) {
  return {exact_rows(anchors, width, 1), {exact_rows(candidates, width, 2)}};
}
/// The same bits, NaN for NaN.
bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}
bool same_bits(const call_answer& a, const call_answer& b) {
  return same_bits({a.value, a.temperature, a.scale, a.bias}, {b.value, b.temperature, b.scale, b.bias}) &&
         same_bits(a.anchors, b.anchors) && same_bits(a.candidates, b.candidates) && same_bits(a.own, b.own) &&
         same_bits(a.candidate_bias, b.candidate_bias) && same_bits(a.pair_scale, b.pair_scale) &&
         same_bits(a.pair_bias, b.pair_bias) && same_bits(a.targets, b.targets) && a.refused == b.refused;
}

}  // namespace

TEST_CASE("Sizes at the edges of warps, blocks and chunks", "[gpu]") {
  mixcon::objective criterion = made_objective();
  struct size {
    index_t anchors, candidates, width;
  };
  const size sizes[] = {{1, 1, 1},    {1, 33, 4},   {3, 31, 31},  {4, 32, 32},   {5, 33, 33}, {31, 1, 5},
                        {32, 63, 64}, {33, 64, 65}, {33, 65, 3},  {127, 5, 2},   {128, 6, 2}, {129, 7, 2},
                        {257, 3, 1},  {2, 257, 1},  {7, 129, 97}, {64, 1025, 1}, {1025, 2, 1}};
  for (const auto& [anchors, candidates, width] : sizes) {
    const call_rows rows = rows_of(anchors, candidates, width);
    criterion.direction = {1, candidates % 2 == 0 ? 0.5 : 0.0};
    const call_answer expected = by_serial(criterion, diagonal(), rows);
    for (const index_t at_once : {index_t{1}, 4 * candidates, 4 * candidates + 1, index_t{1} << 22}) {
      INFO(anchors << " x " << candidates << ", width " << width << ", " << at_once << " entries at once");
      CHECK(disagreement(by_stream<double>(criterion, diagonal(), rows, at_once), expected, double_bound) == "");
    }
    CHECK(disagreement(by_stream<float>(criterion, diagonal(), rows), expected, float_bound) == "");
  }
}

TEST_CASE("A call has the same bits every time and in every order of threads and blocks", "[gpu]") {
  const auto criterion = [] {
    auto one = made_objective();
    one.direction = {0.5, 0.5};
    return one;
  }();
  for (const char* title : {"labels", "mixed, segments"}) {
    const targets_case& of = targets_called(title);
    const call_answer first = by_stream<float>(criterion, of.targets, of.rows);
    CHECK(same_bits(first, by_stream<float>(criterion, of.targets, of.rows)));
    const auto before = mixcon::gpu::emulated::the_settings();
    for (const auto& how : mixcon::gpu::emulated::every_order()) {
      mixcon::gpu::emulated::the_settings() = how;
      CHECK(same_bits(first, by_stream<float>(criterion, of.targets, of.rows)));
    }
    mixcon::gpu::emulated::the_settings() = before;
  }
}

TEST_CASE("Low temperatures and losses near 0 are exact", "[gpu]") {
  call_rows rows{exact_rows(33, 8, 1), {}};
  rows.segments.push_back(rows.anchors);  // of each anchor, the candidate of its own index is itself
  const auto criterion = made_objective(0.07);
  const call_answer expected = by_serial(criterion, diagonal(), rows);
  CHECK(disagreement(by_stream<float>(criterion, diagonal(), rows), expected, float_bound) == "");
  const auto sharp = made_objective(0.01);
  const call_answer near_0 = by_serial(sharp, diagonal(), rows);
  REQUIRE(near_0.value < 1e-4);
  const double found = by_stream<double>(sharp, diagonal(), rows).value;
  CHECK(std::abs(found - near_0.value) < 1e-10 * near_0.value);
}

TEST_CASE("A row that is hidden may be NaN and adds nothing; one that is seen stays NaN", "[gpu]") {
  targets_case of = targets_called("labels, others hidden");
  const std::size_t width = 7, odd = 2;  // nobody else of class 4 sees row 2
  of.rows.anchors.data[odd * width + 1] = std::nan("");
  const auto criterion = made_objective();
  const call_answer expected = by_serial(criterion, of.targets, of.rows);
  const call_answer found = by_stream<double>(criterion, of.targets, of.rows);
  CHECK(std::isnan(found.value));
  for (std::size_t k = 0; k < found.anchors.size(); ++k) {
    INFO("entry " << k);
    CHECK(std::isnan(found.anchors[k]) == std::isnan(expected.anchors[k]));
    CHECK(std::isnan(found.candidates[k]) == std::isnan(expected.candidates[k]));
  }
}
