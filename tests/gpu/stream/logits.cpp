// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/stream/call.hpp"
#include "support/catch.hpp"

#include <mixcon/losses/info_nce.hpp>

using namespace mixcon_test;

namespace {

template <class Logits>
void check(const char* title, const Logits& logits) {
  const call_rows rows{exact_rows(40, 9, 1)};
  mixcon::objective criterion{mixcon::info_nce{.temperature = 0.5}, mixcon::cosine{}, logits};
  for (const std::size_t k : {2U, 6U})  // views, labels
    for (const double columns : {0.0, 0.5}) {
      INFO(title << ", " << every_targets()[k].targets.title << ", columns " << columns);
      criterion.direction.columns = columns;
      const any_targets& targets = every_targets()[k].targets;
      const call_answer expected = by_serial(criterion, targets, rows);
      CHECK(expected.refused == "");
      CHECK(disagreement(by_stream<double>(criterion, targets, rows), expected, double_bound) == "");
      CHECK(disagreement(by_stream<float>(criterion, targets, rows), expected, float_bound) == "");
    }
}

}  // namespace

TEST_CASE("Every form of logits on emulated device rows agrees with serial", "[gpu]") {
  numbers_by_row bias = exact_rows(1, 40, 5), pair_bias = exact_rows(40, 40, 6);
  const numbers_by_row pair_scale = exact_shares(40, 40, 7);
  const auto scales = pair_scale.view();
  auto biases = pair_bias.view();
  check("a bias", mixcon::plain_logits{.bias = -0.75});
  check("a bias for each candidate", mixcon::candidate_bias{bias.data});
  check("a factor and a bias for each pair", mixcon::pair_logits{scales, biases});
  for (index_t a = 0; a < 40; ++a) biases(a, (a + 3) % 40) = biases((a + 3) % 40, a) = -INFINITY;
  check("biases that hide pairs", mixcon::pair_logits{scales, biases});
}
