// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/shared_calls.hpp"
#include "support/catch.hpp"

using namespace mixcon_test;

namespace {

/// Every targets with every gradient, in chunks of a few anchors.
template <class T>
void check_every_targets(double bound) {
  int checks = 0, of_own = 0;
  for (const targets_case& of : every_targets()) {
    INFO(of.targets.title);
    auto criterion = made_objective();
    const bool has_own = of.rows.own_count() > 0;
    criterion.direction = {0.5, has_own ? 0.0 : 0.25};
    const call_answer expected = by_serial(criterion, of.targets, of.rows);
    device_side<T, mixcon::gpu::tier::chunks> side;
    CHECK(disagreement(answer_of<T>(side, criterion, of.targets, of.rows), expected, bound) == "");
    // One product a chunk forward; three backward.
    const auto chunks_of = [&](index_t rows, index_t pairs) {
      const index_t fit = std::max<index_t>(150 / pairs, 1);
      return (rows + fit - 1) / fit;
    };
    const index_t n = of.rows.anchors.count, m = of.rows.shared_count();
    const index_t chunks = chunks_of(n, m + of.rows.own_count()) + (has_own ? 0 : chunks_of(m, n));
    CHECK(side.products() == (expected.refused.empty() ? 4 * chunks : 0));
    ++checks, of_own += has_own ? 1 : 0;
  }
  CHECK(checks >= 20);
  CHECK(of_own >= 2);
}

}  // namespace

TEST_CASE("In chunks, every targets and gradient agrees with serial in double", "[gpu]") {
  check_every_targets<double>(double_bound);
}
TEST_CASE("In chunks, every targets and gradient agrees with serial in float", "[gpu]") {
  check_every_targets<float>(float_bound);
}
