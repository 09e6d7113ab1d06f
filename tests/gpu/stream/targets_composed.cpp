// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/call.hpp"
#include "gpu/stream/every_targets.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;

TEST_CASE("Targets made of others, uploaded, give emulated device rows what serial gives", "[gpu]") {
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  int checks = 0;
  for_each_composed_targets([&](const char* title, const auto& targets, const call_rows& rows) {
    INFO(title);
    criterion.direction = {0.5, rows.own_count() > 0 ? 0.0 : 0.25};
    CHECK(disagreement(by_stream<double>(criterion, targets, rows), by_serial(criterion, targets, rows),
                       double_bound) == "");
    ++checks;
  });
  CHECK(checks >= 4);
}
