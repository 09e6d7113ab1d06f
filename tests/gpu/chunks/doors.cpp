// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/shared_calls.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>
#include <mixcon/gpu/enqueue.cuh>

using namespace mixcon_test;
using mixcon::gpu::tier;

namespace {

const any_targets diagonal = any_targets::of("diagonal", mixcon::diagonal_targets{});

}  // namespace

TEST_CASE("Chunks of one anchor, of some and of all agree, for rows wider than any tile", "[gpu]") {
  const auto criterion = made_objective(0.1);
  for (const index_t width : {index_t{1}, index_t{600}}) {
    const call_rows rows{exact_rows(9, width, 1), {exact_rows(4, width, 2), exact_rows(9, width, 3)}};
    const call_answer expected = by_serial(criterion, diagonal, rows);
    for (const index_t entries : {1, 13, 40, 100000}) {
      CAPTURE(width, entries);
      const auto found = by_stream<double, tier::chunks>(criterion, diagonal, rows, entries);
      CHECK(disagreement(found, expected, double_bound) == "");
    }
  }
}

TEST_CASE("Hidden rows of chunks may be NaN and add nothing; visible ones stay NaN", "[gpu]") {
  struct hides_third {
    mixcon::role<double> operator()(index_t anchor, index_t candidate) const {
      if (anchor == 3 || candidate == 3) return mixcon::hidden_pair();
      return anchor == candidate ? mixcon::positive_pair(1) : mixcon::negative_pair();
    }
  };
  const any_targets targets = any_targets::of("hides the third", mixcon::targets_of(hides_third{}));
  call_rows rows{exact_rows(6, 40, 1), {exact_rows(6, 40, 2)}};
  const auto criterion = made_objective();
  for (double odd : {std::nan(""), HUGE_VAL}) {
    rows.segments[0].data[3 * 40 + 2] = odd, rows.anchors.data[3 * 40] = odd;
    const auto found = by_stream<double, tier::chunks>(criterion, targets, rows);
    CHECK(disagreement(found, by_serial(criterion, targets, rows), double_bound) == "");
    CHECK(std::isfinite(found.value));
    const auto visible = by_stream<double, tier::chunks>(criterion, diagonal, rows);
    CHECK(std::isnan(visible.value));
    CHECK(std::isnan(visible.anchors[0]));
  }
}

TEST_CASE("A stream of chunks without matrix products is refused, as is a product that fails", "[gpu]") {
  struct failing final : mixcon::gpu::matrix_products {
    mixcon::gpu::status enqueue(mixcon::gpu::stream_handle, const mixcon::gpu::matrix_product&) override {
      return {"no more handles"};
    }
  } fails;
  device_side<float, tier::chunks> side;
  const auto criterion = made_objective();
  const auto rows = side.tensor(side.place(exact_rows(6, 4, 1).data), mixcon::axes<2>{6, 4});
  const auto slopes = side.tensor(side.place(std::vector<double>(24)), mixcon::axes<2>{6, 4});
  side.give_workspace(mixcon::gpu::workspace_bytes(side.on(), criterion, diagonal, rows, rows));
  const auto call = [&] { return mixcon::value_and_grad(side.on(), criterion, diagonal, rows, slopes); };
  side.on().products = nullptr;
  CHECK_THROWS_WITH(call(), ContainsSubstring("has no matrix products"));
  side.on().products = &fails;
  CHECK_THROWS_WITH(call(), ContainsSubstring("the GPU refused: no more handles"));
}

TEST_CASE("Calls in chunks have the same bits twice, and can be enqueued", "[gpu]") {
  const auto criterion = made_objective();
  const call_rows rows{exact_rows(20, 33, 1)};
  const any_targets views = any_targets::of("views", mixcon::view_targets{.samples = 10});
  const auto first = by_stream<float, tier::chunks>(criterion, views, rows);
  const auto again = by_stream<float, tier::chunks>(criterion, views, rows);
  CHECK(first.anchors == again.anchors);
  CHECK(first.value == again.value);

  device_side<float, tier::chunks> side;
  const auto z = side.tensor(side.place(rows.anchors.data), mixcon::axes<2>{20, 33});
  const auto slopes = side.tensor(side.place(std::vector<double>(20 * 33)), mixcon::axes<2>{20, 33});
  side.give_workspace(mixcon::gpu::workspace_bytes(side.on(), criterion, views, z, z));
  const mixcon::gpu::device_memory place(sizeof(mixcon::gpu::outcome));
  auto* const result = static_cast<mixcon::gpu::outcome*>(place.data());
  const mixcon::gradients<float> wanted{.anchors = slopes, .candidates = {slopes}};
  const auto enqueued = mixcon::gpu::enqueue_value_and_grad(side.on(), criterion, views, z, z, wanted, result);
  REQUIRE(enqueued.ok());
  CHECK(static_cast<double>(mixcon::gpu::read<float>(*result).value) == first.value);
}
