// SPDX-License-Identifier: BSD-3-Clause
// Calls other than losses that are measured on a GPU, emulated: they agree with double, twice.
#include "gpu/emulator/emulator.hpp"

#include "../../../cuda/bench/agreement.hpp"
#include "../../../cuda/bench/kinds_mixing.cu"
#include "../../../cuda/bench/kinds_top_k.cu"
#include "support/catch.hpp"

using namespace mixcon_bench;

namespace {

/// The first kind of a name is in double.
void check(const std::vector<call_kind>& kinds, const call_sizes& sizes) {
  call_kind reference = kinds.front();
  for (const call_kind& kind : kinds) {
    if (kind.loss != reference.loss) reference = kind;
    for (const bool with_gradient : {false, true}) {
      if (with_gradient && !kind.has_gradient) continue;
      INFO(kind.name());
      const call_result expected = result_of(*reference.make(sizes, with_gradient, {}));
      REQUIRE_FALSE(expected.gradient.empty());
      CHECK(agreement_with(expected, kind, sizes, with_gradient, {}).wrong == "");
      CHECK(kind.work(sizes, with_gradient).bytes > 0);
    }
  }
}

}  // namespace

TEST_CASE("Measured calls that mix agree with the same calls in double", "[gpu]") {
  check(mixing_kinds(), {3, 48, 1});
  check(mixing_kinds(), {5, 27, 2});
  CHECK_THROWS_WITH(mixing_kinds().front().make({2, 10, 1}, false, {}), ContainsSubstring("expected 3 side^2"));
}

TEST_CASE("Measured searches agree with the same searches in double", "[gpu]") {
  check(top_k_kinds(), {66, 24, 1});
  check(top_k_kinds(), {3, 65, 2});
}
