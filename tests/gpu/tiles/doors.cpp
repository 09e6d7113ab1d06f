// SPDX-License-Identifier: BSD-3-Clause
// What goes where: calls that tiles do not serve, rows that are not finite, captured calls.
#include "gpu/emulator/emulator.hpp"

#include "gpu/tiles/tile_call.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/gpu/enqueue.cuh>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;
namespace gpu = mixcon::gpu;

namespace {

mixcon::objective<mixcon::info_nce, mixcon::cosine, mixcon::plain_logits> made_objective() {
  return mixcon::objective{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
}
/// The positive is at the anchor's number; candidate 2 is hidden from all but anchor 2.
struct two_is_hidden {
  MIXCON_HD mixcon::role<double> operator()(index_t anchor, index_t candidate) const {
    if (candidate == 2 && anchor != 2) return mixcon::hidden_pair();
    return anchor == candidate ? mixcon::positive_pair() : mixcon::negative_pair();
  }
};

}  // namespace

TEST_CASE("Wide rows, and of moments gradients by candidates' biases, are the pairs' kernels", "[gpu]") {
  const auto criterion = made_objective();
  const auto targets = any_targets::of("views", mixcon::view_targets{.samples = 4});
  const auto wide = exact_rows(8, 257, 1);
  gpu::emulated::the_counts() = {};
  CHECK(by_tiles<float>(criterion, targets, wide) == by_tiles<float, gpu::tier::pairs>(criterion, targets, wide));
  CHECK(gpu::emulated::the_counts().products == 0);

  const auto rows = exact_rows(8, 9, 1);
  const std::vector<float> numbers(rows.data.begin(), rows.data.end());
  const device_array<float> z(numbers), by_z(numbers.size()), by_bias(std::size_t{8});
  gpu::tile_stream on;
  const auto a = gpu::device_matrix(z.data(), index_t{8}, index_t{9});
  const gpu::device_memory workspace(gpu::workspace_bytes(on, criterion, targets, a, a));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  const mixcon::gradients<float> wanted{
      .anchors = {by_z.data(), {index_t{8}, index_t{9}}},
      .candidates = {mixcon::matrix_view<float>{by_z.data(), {index_t{8}, index_t{9}}}},
      .candidate_bias = {by_bias.data(), {index_t{8}}}};
  value_and_grad(on, criterion, targets, a, a, wanted);
  std::vector<double> by_rows(numbers.size()), bias(8);
  const mixcon::gradients<double> expected{
      .anchors = {by_rows.data(), {index_t{8}, index_t{9}}},
      .candidates = {mixcon::matrix_view<double>{by_rows.data(), {index_t{8}, index_t{9}}}},
      .candidate_bias = {bias.data(), {index_t{8}}}};
  value_and_grad(mixcon::serial{}, criterion, targets, rows.view(), rows.view(), expected);
  const auto found = by_bias.host(), found_rows = by_z.host();
  CHECK(frobenius_apart({found.begin(), found.end()}, bias, 1e-2) < 2e-5);
  CHECK(frobenius_apart({found_rows.begin(), found_rows.end()}, by_rows, 1e-2) < 2e-5);
}

TEST_CASE("A hidden row may be NaN or infinite and adds nothing; one that is seen stays NaN", "[gpu]") {
  const auto criterion = made_objective();
  const auto targets = any_targets::of("two is hidden", mixcon::targets_of(two_is_hidden{}));
  const auto a = exact_rows(66, 9, 1), c = exact_rows(70, 9, 2);
  auto odd = c;
  for (const double x : {std::nan(""), HUGE_VAL}) {
    odd.data[2 * 9 + 4] = x;
    const tile_answer found = by_tiles<float>(criterion, targets, a, &odd);
    const tile_answer plain = tiles_expected(criterion, targets, a, &c);
    CHECK(std::isnan(found.value));
    for (std::size_t k = 0; k < found.anchors.size(); ++k) {
      INFO("entry " << k);
      if (k / 9 == 2)
        CHECK(std::isnan(found.anchors[k]));
      else
        CHECK(std::abs(found.anchors[k] - plain.anchors[k]) < 1e-6);
    }
  }
}

TEST_CASE("A captured call by tiles leaves its outcome on the device", "[gpu]") {
  const auto criterion = made_objective();
  const mixcon::diagonal_targets targets;
  const auto rows = exact_rows(8, 9, 1);
  const device_array<float> z(std::vector<float>(rows.data.begin(), rows.data.end())), by_z(rows.data.size());
  const device_array<gpu::outcome> outcome(1);
  gpu::tile_stream on;
  const auto a = gpu::device_matrix(z.data(), index_t{8}, index_t{9});
  const gpu::device_memory workspace(gpu::workspace_bytes(on, criterion, targets, a, a));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  const mixcon::gradients<float> wanted{
      .anchors = {by_z.data(), {index_t{8}, index_t{9}}},
      .candidates = {mixcon::matrix_view<float>{by_z.data(), {index_t{8}, index_t{9}}}}};
  gpu::captures_streams() = true;
  const auto enqueued = gpu::enqueue_value_and_grad(on, criterion, targets, a, a, wanted, outcome.data());
  gpu::captures_streams() = false;
  CHECK(std::string(enqueued.why()) == "");
  const double expected = tiles_expected(criterion, targets, rows).value;
  CHECK(static_cast<double>(gpu::read<float>(outcome.host()[0], "call").value) == Approx(expected).epsilon(2e-5));

  on.workspace_bytes -= 1;
  const auto refused = gpu::enqueue_value_and_grad(on, criterion, targets, a, a, wanted, outcome.data());
  CHECK_THAT(refused.why(), ContainsSubstring("workspace"));
}
