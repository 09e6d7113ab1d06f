// SPDX-License-Identifier: BSD-3-Clause
// Also under AddressSanitizer and ThreadSanitizer: an anchor's lanes take turns at its list in shared memory.
#include "gpu/emulator/emulator.hpp"

#include "gpu/negatives/rows_on_device.hpp"
#include "support/catch.hpp"

#include <mixcon/gpu/negatives/top_k.cuh>

#include <algorithm>

using namespace mixcon_test;
using namespace mixcon;

TEST_CASE("A search by tiles and by plain threads finds what sorting finds", "[gpu]") {
  const index_t anchors = 5, count = 70, width = 6, k = 3;
  const auto z = integer_rows<float>(anchors, width, 1), keys = integer_rows<float>(count, width, 2);
  std::vector<std::int32_t> expected;
  for (index_t a = 0; a < anchors; ++a) {
    std::vector<std::pair<float, std::int32_t>> order;
    for (index_t c = 0; c < count; ++c) {
      float score = 0;
      for (index_t x = 0; x < width; ++x) score += z.host()(a, x) * keys.host()(c, x);
      order.emplace_back(-score, static_cast<std::int32_t>(c));
    }
    std::sort(order.begin(), order.end());
    for (std::size_t s = 0; s < static_cast<std::size_t>(k); ++s) expected.push_back(order[s].second);
  }
  const auto found = [&](auto on) {
    const top_k choose{.k = k};
    const gpu::device_memory room(gpu::workspace_bytes(on, choose, dot_product{}, z.device(), keys.device()));
    on.workspace = room.data(), on.workspace_bytes = room.bytes();
    return choose(on, dot_product{}, z.device(), keys.device()).list.key;
  };
  CHECK(found(gpu::stream{}) == expected);
  CHECK(found(gpu::tile_stream{}) == expected);
}
