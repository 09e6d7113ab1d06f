// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/tiles/tile_call.hpp"
#include "support/catch.hpp"

#include <mixcon/gpu/labels/class_indices.cuh>

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;
namespace gpu = mixcon::gpu;

namespace {

/// By tensor cores alone, with labels that the host cannot read, as `serial` with the host's.
template <class OnHost, class There>
void check(const OnHost& on_host, const There& there, const numbers_by_row& rows, const numbers_by_row& others,
           const mixcon::directions& ways) {
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.2}, mixcon::cosine{}};
  criterion.direction = ways, criterion.without_positive = mixcon::no_positive::skip;
  using types = gpu::call_types<decltype(criterion), There, mixcon::detail::arguments<float>>;
  static_assert(gpu::fits_moments<typename types::Rows> && gpu::fits_moments<typename types::Columns>);
  gpu::emulated::the_counts() = {};
  const tile_answer found = by_tiles<float, gpu::tier::moments>(criterion, there, rows, &others);
  CHECK(gpu::emulated::the_counts().products > 0);
  CHECK(tile_disagreement(found, tiles_expected(criterion, on_host, rows, &others), 2e-5, 2e-5) == "");
}
gpu::device_tensor<int, 1> on_device(const device_array<int>& labels, std::size_t count) {
  return gpu::device_vector(labels.data(), static_cast<index_t>(count));
}

}  // namespace

TEST_CASE("Labels on the device name the other side's rows: proxies as candidates, and as anchors", "[gpu]") {
  const gpu::stream on;
  for (const auto& [n, classes] : {std::pair<int, int>{1, 1}, {63, 65}, {65, 3}, {70, 64}}) {
    INFO(n << " rows, " << classes << " classes");
    std::vector<int> labels;
    for (int i = 0; i < n; ++i) labels.push_back(i < n / 3 ? 0 : i * 5 % classes);
    const device_array<int> placed(labels);
    const auto rows = exact_rows(n, 9, 1), proxies = exact_rows(classes, 9, 2);
    gpu::device_class_indices indices(n, classes);
    for (const mixcon::ignored_label& ignored : {mixcon::ignored_label(), mixcon::ignored_label(2)})
      for (const auto kept : {mixcon::ignored_anchor::skip, mixcon::ignored_anchor::keep}) {
        REQUIRE(indices.number(on, on_device(placed, labels.size()), ignored).ok());
        check(mixcon::class_targets{labels, ignored, kept}, gpu::device_class_targets{&indices, kept}, rows, proxies,
              {0.75, 0.5});
        check(mixcon::member_targets{labels, ignored, kept}, gpu::device_member_targets{&indices, kept}, proxies, rows,
              {0.75, 0.5});
      }
  }
}

TEST_CASE("A label that names no row has no class, and sizes that do not fit are refused", "[gpu]") {
  const std::vector<int> labels{1, -1, 3};
  const device_array<int> placed(labels);
  gpu::device_class_indices indices(3, 3);
  REQUIRE(indices.number(gpu::stream{}, on_device(placed, 3)).ok());
  const auto rows = exact_rows(3, 4, 1);
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  criterion.without_positive = mixcon::no_positive::error;
  CHECK_THROWS_WITH((by_tiles<float, gpu::tier::moments>(criterion, gpu::device_class_targets{&indices}, rows, &rows)),
                    ContainsSubstring("anchor 1 has no positive"));
  CHECK_THAT(indices.number(gpu::stream{}, on_device(placed, 2)).why(), ContainsSubstring("2 labels for 3 rows"));
  mixcon::pair_space space;
  space.anchors = 3, space.candidates = 4;
  CHECK_THROWS_WITH(gpu::device_class_targets{&indices}.bind(space),
                    ContainsSubstring("labels of 3 rows in 3 classes for 3 anchors and 4 candidates"));
  CHECK_THROWS_WITH(gpu::device_member_targets{&indices}.bind(space),
                    ContainsSubstring("labels of 3 rows in 3 classes for 4 candidates and 3 anchors"));
}
