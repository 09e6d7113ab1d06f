// SPDX-License-Identifier: BSD-3-Clause
#include "gpu/emulator/emulator.hpp"

#include "gpu/mixing/mixed_on_device.hpp"
#include "support/catch.hpp"

using namespace mixcon_test;

namespace {

template <class T, int Rank>
void check_plans() {
  for (const layout as : all_layouts)
    for_each_plan<Rank>([&](const auto& plan) {
      INFO(to_string(plan) << ", layout " << static_cast<int>(as) << ", rank " << Rank);
      CHECK(difference<T>(plan, four_samples<Rank>(), as) == "");
    });
}

}  // namespace

TEST_CASE("Kinds of two samples have the host's bits, whatever the layout, rank and numbers", "[gpu]") {
  check_plans<float, 1>();
  check_plans<float, 2>();
  check_plans<float, 3>();
  check_plans<float, 4>();
  check_plans<bfloat16, 3>();
  check_plans<std::uint8_t, 4>();
}
