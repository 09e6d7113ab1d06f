// SPDX-License-Identifier: BSD-3-Clause
// The calls that are measured on a GPU, emulated: they agree with double, twice, and their least work is counted right.
#include "gpu/emulator/emulator.hpp"

#include "../../../cuda/bench/agreement.hpp"
#include "../../../cuda/bench/loss_calls.cuh"
#include "../../../cuda/bench/losses.hpp"
#include "support/catch.hpp"

using namespace mixcon_bench;
using mixcon::gpu::tier;

namespace {

void check(const call_kind& reference, const std::vector<call_kind>& kinds, const call_sizes& sizes) {
  for (const bool with_gradient : {false, true}) {
    const call_result expected = result_of(*reference.make(sizes, with_gradient, {}));
    REQUIRE(expected.gradient.empty() != with_gradient);
    for (const call_kind& kind : kinds) {
      INFO(kind.name());
      CHECK(agreement_with(expected, kind, sizes, with_gradient, {}).wrong == "");
    }
  }
}

}  // namespace

TEST_CASE("Measured calls over rows agree with the same calls in double", "[gpu]") {
  check(kind_of_rows<tier::pairs, double, views_loss>(),
        {kind_of_rows<tier::pairs, double, views_loss>(), kind_of_rows<tier::pairs, float, views_loss>(),
         kind_of_rows<tier::tiles, mixcon::bfloat16, views_loss>()},
        {66, 20, 1});
  check(kind_of_rows<tier::pairs, double, siglip_loss>(), {kind_of_rows<tier::tiles, mixcon::bfloat16, siglip_loss>()},
        {10, 64, 2});
}

TEST_CASE("Measured calls over given logits agree with the same calls in double", "[gpu]") {
  check(kind_of_given<double, given_loss>(),
        {kind_of_given<float, given_loss>(), kind_of_given<mixcon::bfloat16, given_loss>()}, {5, 70, 3});
}

TEST_CASE("A wrong result and bits that change are noticed", "[gpu]") {
  const call_kind kind = kind_of_given<float, given_loss>();
  const call_sizes sizes{5, 9, 1};
  call_result expected = result_of(*kind.make(sizes, true, {}));
  expected.value *= 1.001;
  CHECK_THAT(agreement_with(expected, kind, sizes, true, {}).wrong, ContainsSubstring("value"));
  expected = result_of(*kind.make({5, 9, 2}, true, {}));
  CHECK_THAT(agreement_with(expected, kind, sizes, true, {}).wrong, ContainsSubstring("gradient off by"));
  expected.gradient.pop_back();
  CHECK_THAT(agreement_with(expected, kind, sizes, true, {}).wrong, ContainsSubstring("gradient off by nan"));
  const double nan = std::nan("");
  CHECK_FALSE(call_result{nan, {}} == call_result{nan, {}});
}

TEST_CASE("Least work is counted by the formulas of the kernels' specification", "[gpu]") {
  const call_sizes sizes{4096, 128};
  const double nnd = 4096.0 * 4096 * 128, nn = 4096.0 * 4096;
  const auto general = work_of_pairs(sizes, true, false, 1, 2), symmetric = work_of_pairs(sizes, true, true, 1, 2);
  const auto forward = work_of_pairs(sizes, false, false, 1, 2), both = work_of_pairs(sizes, false, false, 2, 2);
  CHECK(general.flops == 6 * nnd);
  CHECK(general.floor_flops == 8 * nnd);
  CHECK(general.exponentials == 2 * nn);
  CHECK(general.bytes == 2 * 4096.0 * 128 * 6);
  CHECK(symmetric.floor_flops == 6 * nnd);
  CHECK(symmetric.exponentials == 3 * nn);
  CHECK(forward.flops == 2 * nnd);
  CHECK(forward.exponentials == nn);
  CHECK(both.exponentials == 2 * nn);
  CHECK(work_of_given({10, 20}, true, 2, 4).bytes == 200 * 8.0);
  CHECK(work_of_given({10, 20}, false, 4, 4).bytes == 200 * 4.0);
}

TEST_CASE("Every type of rows holds the numbers that they are filled with", "[gpu]") {
  device_numbers<float> wide(300);
  device_numbers<mixcon::bfloat16> narrow(300);
  device_numbers<mixcon::half> other(300);
  wide.fill(7, 0.25F, {}), narrow.fill(7, 0.25F, {}), other.fill(7, 0.25F, {});
  const auto expected = wide.host({});
  float low = 1, high = -1;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    CHECK(static_cast<float>(narrow.host({})[k]) == expected[k]);
    CHECK(static_cast<float>(other.host({})[k]) == expected[k]);
    low = std::min(low, expected[k]), high = std::max(high, expected[k]);
  }
  CHECK(low < -0.2F);
  CHECK(low >= -0.25F);
  CHECK(high > 0.2F);
  CHECK(high < 0.25F);
  wide.poison({});
  CHECK(std::isnan(wide.host({})[299]));
}
