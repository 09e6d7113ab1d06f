// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/agreement.hpp"
#include "support/catch.hpp"
#include "support/effort.hpp"

using namespace mixcon_test;

namespace {

template <class T>
bool same_answers(const loss_answer<T>& a, const loss_answer<T>& b) {
  bool same = same_bits(a.value, b.value) && a.by_parameters.size() == b.by_parameters.size();
  for (std::size_t m = 0; m < a.by_rows.size(); ++m) same = same && same_bits(a.by_rows[m], b.by_rows[m]);
  for (std::size_t k = 0; k < a.by_parameters.size(); ++k)
    same = same && same_bits(a.by_parameters[k], b.by_parameters[k]);
  return same;
}

template <class T>
void check_threads(const loss_case& loss, const loss_arguments& given) {
  const auto alone = answer_of<T>(loss, {.is_tiled = true, .threads = 1}, given);
  for (const int threads : {3, 1, 2, 4, 8}) {
    INFO(loss.name << ", " << threads << " threads");
    CHECK(same_answers(answer_of<T>(loss, {.is_tiled = true, .threads = threads}, given), alone));
    if (repeats(5) == 1) break;
  }
}

}  // namespace

TEST_CASE("every loss has the same bits for any number of threads", "[threads]") {
  for (const loss_case& loss : loss_cases()) {
    random_numbers draw(6);
    const loss_arguments given = loss.draw({loss.benchmark_samples < 4096 ? 40 : 210, 17, 9}, draw);
    check_threads<float>(loss, given);
    check_threads<double>(loss, given);
  }
}
