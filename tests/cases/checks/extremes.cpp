// SPDX-License-Identifier: BSD-3-Clause
#include "cases/checks/bounds.hpp"
#include "cases/checks/trial.hpp"
#include "support/catch.hpp"

#include <cstdlib>

using namespace mixcon_test;

namespace {

/// How many random argument sets a loss meets; sanitizers, which are slow, ask for fewer.
int trials() {
  const char* asked = std::getenv("MIXCON_TRIALS");
  return asked == nullptr ? 10000 : std::atoi(asked);
}

template <class T>
void check_trial(const loss_case& loss, const any_engine& by, const loss_arguments& given, int& refused) {
  const outcome found = try_loss<T>(loss, by, given);
  refused += found == outcome::refused ? 1 : 0;
  if (found != outcome::not_finite) return;
  FAIL_CHECK(loss.name << ", " << by.name() << ", " << (sizeof(T) == 4 ? "float" : "double") << " is not finite for\n"
                       << described(given));
}

}  // namespace

TEST_CASE("no loss makes NaN or infinity of finite arguments", "[extremes]") {
  for (const loss_case& loss : loss_cases()) {
    random_numbers draw(4);
    int refused = 0;
    for (int trial = 0; trial < trials(); ++trial) {
      const loss_arguments given = draw_absurd(loss, draw);
      const any_engine& by = engines[trial % 2];
      trial % 4 < 2 ? check_trial<float>(loss, by, given, refused) : check_trial<double>(loss, by, given, refused);
    }
    INFO(loss.name << " refused " << refused << " argument sets");
    CHECK(refused * 2 <= trials());
  }
}

TEST_CASE("NaN in an embedding stays NaN, or is refused by name", "[extremes]") {
  for (const loss_case& loss : loss_cases()) {
    random_numbers draw(5);
    for (int trial = 0; trial < 40; ++trial) {
      loss_arguments given = loss.draw({loss.least_samples + 4, 3, 2}, draw);
      auto& entries =
          given.rows[static_cast<std::size_t>(draw.below(static_cast<index_t>(given.rows.size())))].entries();
      entries[static_cast<std::size_t>(draw.below(static_cast<index_t>(entries.size())))] =
          std::numeric_limits<double>::quiet_NaN();
      for (const any_engine& by : engines) {
        double value = 0;
        const std::string sentence = refusal_of([&] { value = answer_of<double>(loss, by, given).value; });
        INFO(loss.name << ", " << by.name() << ": " << value << " for\n" << described(given));
        CHECK((std::isnan(value) || sentence.find("nan") != std::string::npos ||
               sentence.find("NaN") != std::string::npos));
      }
    }
  }
}
