// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/tiles/tile_call.hpp"
#include "support/catch.hpp"

#include <mixcon/gpu/labels/device_classes.cuh>

#include <mixcon/contrast/targets/label.hpp>
#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;
namespace gpu = mixcon::gpu;

namespace {

mixcon::objective<mixcon::info_nce, mixcon::cosine, mixcon::plain_logits> made_objective() {
  mixcon::objective one{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  one.direction = {0.75, 0.5}, one.without_positive = mixcon::no_positive::skip;
  return one;
}
gpu::device_tensor<int, 1> on_device(const device_array<int>& labels, std::size_t count) {
  return gpu::device_vector(labels.data(), static_cast<index_t>(count));
}
/// By tensor cores alone, with labels that the host cannot read, as `serial` with the host's.
void check(const mixcon::label_targets& on_host, const gpu::device_label_targets& there, const numbers_by_row& rows,
           const numbers_by_row* others = nullptr) {
  using types =
      gpu::call_types<decltype(made_objective()), gpu::device_label_targets, mixcon::detail::arguments<float>>;
  static_assert(gpu::fits_moments<typename types::Rows> && gpu::fits_moments<typename types::Columns>);
  const auto criterion = made_objective();
  gpu::emulated::the_counts() = {};
  const tile_answer found = by_tiles<float, gpu::tier::moments>(criterion, there, rows, others);
  CHECK(gpu::emulated::the_counts().products > 0);
  CHECK(tile_disagreement(found, tiles_expected(criterion, on_host, rows, others), 2e-5, 2e-5) == "");
}

}  // namespace

TEST_CASE("Classes of labels on the device are grouped there for moments: of one row, of few and of many, ignored ones",
          "[gpu]") {
  std::vector<int> labels;
  for (int i = 0; i < 35; ++i) labels.push_back(i < 12 ? 100 : i < 20 ? i / 3 : -i);
  const device_array<int> placed(labels);
  const auto rows = exact_rows(70, 9, 1);
  gpu::device_classes classes(70);
  for (const mixcon::ignored_label& ignored : {mixcon::ignored_label(), mixcon::ignored_label(100)})
    for (const mixcon::ignored_anchor kept : {mixcon::ignored_anchor::skip, mixcon::ignored_anchor::keep}) {
      REQUIRE(classes.number(gpu::stream{}, on_device(placed, 35), 2, mixcon::view_order::view_major, ignored).ok());
      check({.labels = labels, .views = 2, .ignored = ignored, .ignored_anchors = kept},
            {&classes, mixcon::visibility::visible, kept}, rows);
    }
}

TEST_CASE("Rows with labels on the device hide others, and have candidates with labels of their own, on moments",
          "[gpu]") {
  std::vector<int> labels, others;
  for (int i = 0; i < 70; ++i) labels.push_back(i % 9 == 0 ? -100 : i % 7);
  for (int i = 0; i < 33; ++i) others.push_back(i < 12 ? 3 : i < 15 ? -100 : i);
  const device_array<int> placed(labels), placed_others(others);
  const auto rows = exact_rows(70, 9, 1), candidates = exact_rows(33, 9, 2);
  gpu::device_classes same(70), two(70, 33);
  const mixcon::ignored_label ignored(-100);
  REQUIRE(same.number(gpu::stream{}, on_device(placed, 70)).ok());
  check({.labels = labels, .others = mixcon::visibility::hidden}, {&same, mixcon::visibility::hidden}, rows);
  REQUIRE(two.number(gpu::stream{}, on_device(placed, 70), on_device(placed_others, 33), ignored).ok());
  check({.labels = labels, .candidate_labels = others, .ignored = ignored}, {&two}, rows, &candidates);
}

TEST_CASE("A captured call numbers labels on the device and takes moments", "[gpu]") {
  const std::vector<int> labels{1, 0, 1, 2, 0, 2, 2, 9};
  const device_array<int> placed(labels);
  const auto rows = exact_rows(8, 9, 1);
  const device_array<float> z(std::vector<float>(rows.data.begin(), rows.data.end())), by_z(rows.data.size());
  const device_array<gpu::outcome> outcome(1);
  gpu::device_classes classes(8);
  const gpu::device_label_targets targets{&classes};
  const auto criterion = made_objective();
  const auto a = gpu::device_matrix(z.data(), index_t{8}, index_t{9});
  gpu::tile_stream on;
  const gpu::device_memory workspace(gpu::workspace_bytes(on, criterion, targets, a, a));
  on.workspace = workspace.data(), on.workspace_bytes = workspace.bytes();
  const mixcon::embedding_gradients<float> wanted{.embeddings = {by_z.data(), {index_t{8}, index_t{9}}}};
  gpu::captures_streams() = true;
  const bool numbered = classes.number(on, on_device(placed, 8)).ok();
  const bool enqueued =
      gpu::enqueue_value_and_grad(on, criterion, targets, a, a, wanted.both_parts(), outcome.data()).ok();
  gpu::captures_streams() = false;
  CHECK((numbered && enqueued));
  const auto expected = tiles_expected(criterion, mixcon::label_targets{.labels = labels}, rows);
  const double found = static_cast<double>(gpu::read<float>(outcome.host()[0], "call").value);
  CHECK(found == Approx(expected.value).epsilon(2e-5));
  const auto gradient = by_z.host();
  CHECK(frobenius_apart({gradient.begin(), gradient.end()}, with_one_gradient(expected).anchors, 1e-2) < 2e-5);
}
