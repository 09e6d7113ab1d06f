// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/stream/every_targets.hpp"

namespace mixcon_test {

const std::vector<targets_case>& every_targets() {
  static const std::vector<targets_case> all = [] {
    std::vector<targets_case> made;
    for_each_targets([&](const char* title, const auto& targets, const call_rows& rows) {
      made.push_back({any_targets::of(title, targets), rows});
    });
    return made;
  }();
  return all;
}

}  // namespace mixcon_test
