// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/shared_calls.hpp"
#include "support/catch.hpp"

#include <mixcon/contrast/targets.hpp>

using namespace mixcon_test;

namespace {

/// Both sides refuse, in the same sentence; which it is.
std::string refusal(const shared_objective& criterion, const any_targets& targets, const call_rows& rows) {
  const call_answer expected = by_serial(criterion, targets, rows);
  CHECK(expected.refused != "");
  CHECK(by_stream<double>(criterion, targets, rows).refused == expected.refused);
  return expected.refused;
}

}  // namespace

TEST_CASE("What depends on the data is refused in the host's sentence when the outcome is read", "[gpu]") {
  auto criterion = made_objective();
  const call_rows rows{exact_rows(6, 4, 1)};
  static const std::vector<int> lonely{0, 0, 1, 1, 2, 0};
  const any_targets by_label = any_targets::of("labels", mixcon::label_targets{.labels = lonely});

  criterion.without_positive = mixcon::no_positive::error;
  CHECK_THAT(refusal(criterion, by_label, rows), ContainsSubstring("anchor 4 has no positive"));
  criterion.direction = {0, 1};
  CHECK_THAT(refusal(criterion, by_label, rows), ContainsSubstring("candidate 4 has no positive"));

  auto looks = made_objective();
  looks.check_finite = true;
  for (const std::size_t odd : {std::size_t{9}, std::size_t{23}}) {
    call_rows broken = rows;
    broken.anchors.data[odd] = odd == 9 ? std::nan("") : -HUGE_VAL;
    CHECK_THAT(refusal(looks, by_label, broken),
               ContainsSubstring(odd == 9 ? "anchors (2, 1) is nan" : "anchors (5, 3) is -inf"));
  }
  call_rows broken{rows.anchors, {exact_rows(6, 4, 2)}};
  broken.segments[0].data[5] = INFINITY;
  CHECK_THAT(refusal(looks, any_targets::of("diagonal", mixcon::diagonal_targets{}), broken),
             ContainsSubstring("candidates (1, 1) is inf"));
}

TEST_CASE("An anchor that sees nothing has a loss of 0, or is refused where the loss is a logarithm", "[gpu]") {
  struct sees_nothing {
    mixcon::role<double> operator()(index_t anchor, index_t candidate) const {
      if (anchor == 3) return mixcon::hidden_pair();
      return anchor == candidate ? mixcon::positive_pair(1) : mixcon::negative_pair();
    }
  };
  const call_rows rows{exact_rows(6, 4, 1), {exact_rows(6, 4, 2)}};
  const any_targets targets = any_targets::of("one sees nothing", mixcon::targets_of(sees_nothing{}));
  const auto criterion = made_objective();
  const call_answer expected = by_serial(criterion, targets, rows);
  CHECK(disagreement(by_stream<double>(criterion, targets, rows), expected, double_bound) == "");
}

TEST_CASE("An outcome of plain data says what the host would have thrown", "[gpu]") {
  mixcon::gpu::outcome found;
  found.value = 0.5, found.anchors_used = 3;
  CHECK(mixcon::gpu::read<float>(found).value == 0.5F);
  CHECK(mixcon::gpu::read<float>(found).anchors_used == 3);
  found.columns.first_blind = 7;
  CHECK_THROWS_WITH(mixcon::gpu::read<float>(found), ContainsSubstring("candidate 7 sees no candidate"));
  found.rows.batch_is_blind = true;
  CHECK_THROWS_WITH(mixcon::gpu::read<float>(found), ContainsSubstring("no anchor sees a candidate"));
  found.rows.first_without_positive = 2;
  CHECK_THROWS_WITH(mixcon::gpu::read<float>(found), ContainsSubstring("no anchor sees"));
  found.rows.refuses_without_positive = true;
  CHECK_THROWS_WITH(mixcon::gpu::read<float>(found, "forward"), ContainsSubstring("forward: anchor 2 has no positive"));
  found.odd = {mixcon::gpu::odd_outcome::candidates, 4, -2, 1.5};
  CHECK_THROWS_WITH(mixcon::gpu::read<float>(found), ContainsSubstring("row 4 of the candidates has length 1.5"));
}
