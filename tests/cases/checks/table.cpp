// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/catch.hpp"

using namespace mixcon_test;

TEST_CASE("every loss of the list has a row in the case table", "[table]") {
  int seen = 0;
  mixcon::all_losses::for_each([&](const auto& loss) {
    const bool has_row = std::any_of(loss_cases().begin(), loss_cases().end(),
                                     [&](const loss_case& each) { return each.name == loss.header; });
    INFO(loss.name << " has no row tests/cases/" << loss.header << ".cpp");
    CHECK(has_row);
    ++seen;
  });
  CHECK(seen >= 45);
}

TEST_CASE("no loss has two rows", "[table]") {
  for (std::size_t i = 1; i < loss_cases().size(); ++i) CHECK(loss_cases()[i - 1].name != loss_cases()[i].name);
}
