// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "gpu/stream/call.hpp"
#include "gpu/stream/every_targets.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/info_nce.hpp>

namespace mixcon_test {

/// Emulated device rows give what serial gives, over each of the targets that `for_each` visits; in both directions
/// where there are no own candidates.
template <class ForEach>
void check_targets_agree(ForEach&& for_each) {
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}};
  int checks = 0;
  for_each([&](const char* title, const auto& targets, const call_rows& rows) {
    INFO(title);
    criterion.direction = {0.5, rows.own_count() > 0 ? 0.0 : 0.25};
    CHECK(disagreement(by_stream<double>(criterion, targets, rows), by_serial(criterion, targets, rows),
                       double_bound) == "");
    ++checks;
  });
  CHECK(checks >= 4);
}

}  // namespace mixcon_test
