// SPDX-License-Identifier: BSD-3-Clause
// Random argument sets by the million: no loss may make NaN or infinity of finite arguments.
#include "cases/checks/trial.hpp"

#include <cstdlib>
#include <iostream>

using namespace mixcon_test;

namespace {

/// Prints a line for the loss; whether nothing was found.
bool run(const loss_case& loss, long count) {
  random_numbers draw(11);
  long refused = 0, wrong = 0;
  for (long trial = 0; trial < count; ++trial) {
    const loss_arguments given = draw_absurd(loss, draw);
    const any_engine by{.is_tiled = trial % 2 == 1};
    const outcome found = trial % 4 < 2 ? try_loss<float>(loss, by, given) : try_loss<double>(loss, by, given);
    refused += found == outcome::refused ? 1 : 0;
    if (found != outcome::not_finite) continue;
    if (wrong++ == 0)
      std::cout << loss.name << ", " << by.name() << ", is not finite for\n" << described(given) << '\n';
  }
  std::cout << loss.name << ": " << count << " argument sets, " << refused << " refused, " << wrong << " not finite"
            << std::endl;
  return wrong == 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string usage =
      "usage: loss_trials COUNT [LOSS...]\n\nTries COUNT random argument sets on each loss of the "
      "case table, half in float, half on each engine.\nExit status: 0 all answers are finite, 1 "
      "some are not, 2 the arguments are wrong.\n";
  const long trials = count > 1 ? std::strtol(words[1], nullptr, 10) : 0;
  if (trials <= 0) return std::cerr << usage, 2;
  bool good = true;
  for (const loss_case& loss : loss_cases()) {
    bool asked = count == 2;
    for (int i = 2; i < count; ++i) asked = asked || loss.name == words[i];
    if (asked) good = run(loss, trials) && good;
  }
  return good ? 0 : 1;
}
