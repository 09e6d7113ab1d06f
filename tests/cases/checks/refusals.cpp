// SPDX-License-Identifier: BSD-3-Clause
#include "cases/checks/bounds.hpp"
#include "support/catch.hpp"

#include <limits>

using namespace mixcon_test;

namespace {

void check_refusal(const loss_case& loss, const std::string& argument, const loss_arguments& given,
                   const std::string& says) {
  for (const any_engine& by : engines) {
    const std::string sentence = refusal_of([&] { answer_of<double>(loss, by, given); });
    INFO(loss.name << ", " << argument << ", " << by.name() << ": \"" << sentence << '"');
    CHECK(sentence.find(says) != std::string::npos);
    CHECK(sentence.find('\n') == std::string::npos);
    CHECK(!sentence.empty());
  }
}

}  // namespace

TEST_CASE("every loss refuses the arguments that its row names, with one sentence", "[refusals]") {
  for (const loss_case& loss : loss_cases()) {
    random_numbers draw(7);
    for (const refused_argument& refused : loss.refusals) {
      loss_arguments given = loss.draw({loss.least_samples + 2, 3, 2}, draw);
      refused.spoil(given);
      check_refusal(loss, refused.name, given, refused.says);
    }
  }
}

TEST_CASE("every loss with a temperature refuses one that is not a finite number above 0", "[refusals]") {
  for (const loss_case& loss : loss_cases()) {
    if (loss.temperature < 0) continue;
    random_numbers draw(8);
    for (const double temperature :
         {0.0, -0.5, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
      loss_arguments given = loss.draw({loss.least_samples + 2, 3, 2}, draw);
      given.parameters[static_cast<std::size_t>(loss.temperature)] = temperature;
      check_refusal(loss, "temperature " + std::to_string(temperature), given, "temperature");
    }
  }
}
