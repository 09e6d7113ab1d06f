// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/catch.hpp"

#include <filesystem>

using namespace mixcon_test;
namespace fs = std::filesystem;

TEST_CASE("every loss that has a page has a row in the case table", "[table]") {
  const fs::path pages = "docs/losses";  // tests are run from the repository
  int seen = 0;
  for (const auto& page : fs::directory_iterator(pages)) {
    const std::string name = page.path().stem().string();
    if (name == "README") continue;
    const bool has_row =
        std::any_of(loss_cases().begin(), loss_cases().end(), [&](const loss_case& loss) { return loss.name == name; });
    INFO("docs/losses/" << name << ".md has no row tests/cases/" << name << ".cpp");
    CHECK(has_row);
    ++seen;
  }
  CHECK(seen >= 5);
}

TEST_CASE("no loss has two rows", "[table]") {
  for (std::size_t i = 1; i < loss_cases().size(); ++i) CHECK(loss_cases()[i - 1].name != loss_cases()[i].name);
}
