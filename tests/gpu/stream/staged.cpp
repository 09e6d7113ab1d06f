// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/shared_calls.hpp"
#include "support/catch.hpp"

#include <mixcon/gpu/staged.cuh>

using namespace mixcon_test;
using namespace mixcon;

TEST_CASE("gpu::staged takes host rows of any strides and gives the stream's bits", "[gpu]") {
  const targets_case& of = targets_called("mixed, segments");
  const auto criterion = made_objective();
  const call_answer expected = by_stream<float>(criterion, of.targets, of.rows, index_t{1} << 22);

  const index_t n = of.rows.anchors.count, width = of.rows.anchors.width, others = of.rows.segments[1].count;
  std::vector<float> columns(static_cast<std::size_t>(n * width));  // the anchors, column by column
  for (index_t a = 0; a < n; ++a)
    for (index_t k = 0; k < width; ++k)
      columns[static_cast<std::size_t>(k * n + a)] = static_cast<float>(of.rows.anchors.view()(a, k));
  const std::vector<float> rest(of.rows.segments[1].data.begin(), of.rows.segments[1].data.end());
  const matrix_view<const float> anchors{columns.data(), {n, width}, {index_t{1}, n}},
      more{rest.data(), {others, width}};
  std::vector<float> by_anchors(columns.size(), 7), by_rows(columns.size(), 7), by_rest(rest.size(), 7);
  const matrix_view<float> to_anchors{by_anchors.data(), {n, width}}, to_rows{by_rows.data(), {n, width}},
      to_rest{by_rest.data(), {others, width}};
  const auto against = candidates(anchors, more);
  const gradients<float> wanted{.anchors = to_anchors, .candidates = {to_rows, to_rest}};
  const auto result = value_and_grad(gpu::staged{}, criterion, of.targets, anchors, against, wanted);
  CHECK(static_cast<double>(result.value) == expected.value);
  CHECK(std::vector<double>(by_anchors.begin(), by_anchors.end()) == expected.anchors);
  std::vector<double> shared(by_rows.begin(), by_rows.end());
  shared.insert(shared.end(), by_rest.begin(), by_rest.end());
  CHECK(shared == expected.candidates);

  gpu::staged_saved kept;
  CHECK(forward(gpu::staged{}, criterion, of.targets, anchors, against, kept).value == result.value);
  backward(gpu::staged{}, criterion, of.targets, anchors, against, kept, 1, wanted);
  for (std::size_t k = 0; k < by_anchors.size(); ++k)
    CHECK(std::abs(static_cast<double>(by_anchors[k]) - 2 * expected.anchors[k]) <= 1e-6);
}

TEST_CASE("bfloat16 and half rows are computed in float", "[gpu]") {
  const auto criterion = made_objective();
  const any_targets& views = targets_called("views").targets;
  const numbers_by_row rows = exact_rows(40, 5, 3);
  const auto check = [&](auto tag) {
    using E = decltype(tag);
    std::vector<E> narrow;
    std::vector<float> wide, found(rows.data.size()), expected(rows.data.size());
    for (const double x : rows.data) narrow.push_back(E(x)), wide.push_back(static_cast<float>(narrow.back()));
    const matrix_view<const E> given{narrow.data(), {40, 5}};
    const matrix_view<const float> same{wide.data(), {40, 5}};
    const matrix_view<float> to{found.data(), {40, 5}}, also{expected.data(), {40, 5}};
    const float value = value_and_grad(gpu::staged{}, criterion, views, given, to);
    CHECK(value == static_cast<float>(value_and_grad(gpu::staged{}, criterion, views, same, also)));
    CHECK(found == expected);
  };
  check(bfloat16());
  check(half());
}
