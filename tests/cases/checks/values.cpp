// SPDX-License-Identifier: BSD-3-Clause
#include "cases/checks/bounds.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"

using namespace mixcon_test;

namespace {

/// Checks the value of one draw; rounds the rows first, so that the reference sees what the engines see.
template <class T>
void check_value(const loss_case& loss, loss_arguments given) {
  for (auto& m : given.rows) m = converted<double>(converted<T>(m));
  const reference_answer expected = reference_of(loss, given);
  const long double bound = bound_of<T>(loss, given, expected);
  for (const any_engine& by : engines) {
    const T value = answer_of<T>(loss, by, given).value;
    INFO(loss.name << ", " << by.name() << ", " << (sizeof(T) == 4 ? "float" : "double") << ", " << given.rows[0].rows()
                   << " x " << given.rows[0].width() << ": " << value << ", expected " << expected.value << ", bound "
                   << bound);
    CHECK(error_of(value, expected.value) <= bound);
  }
}

}  // namespace

TEST_CASE("every loss has the value of its formula, in double and float, on every engine", "[values]") {
  for (const loss_case& loss : loss_cases()) {
    random_numbers draw(1);
    for (int trial = 0; trial < repeats(60); ++trial) {
      const case_sizes sizes{draw.between(loss.least_samples, loss.least_samples + 9), draw.between(1, 9),
                             draw.between(2, 4)};
      const loss_arguments given = loss.draw(sizes, draw);
      check_value<double>(loss, given);
      check_value<float>(loss, given);
    }
  }
}

TEST_CASE("every loss has the value of its formula across the edges of tiles", "[values]") {
  for (const loss_case& loss : loss_cases()) {
    random_numbers draw(2);
    for (const index_t samples : {97, 131}) {
      const loss_arguments given = loss.draw({loss.benchmark_samples < 4096 ? samples / 4 : samples, 33, 7}, draw);
      check_value<double>(loss, given);
      check_value<float>(loss, given);
    }
  }
}
