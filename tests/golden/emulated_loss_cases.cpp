// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

namespace mixcon_golden {
namespace {

template <class T>
std::optional<emulated_verdict> check(const json& test_case) {
  const auto found = loss_checks<T>().find(test_case.value("loss", std::string{}));
  if (found == loss_checks<T>().end()) return std::nullopt;
  named_engine::sweeps() = 0;
  emulated_verdict of{verdict_of(test_case, [&](golden_case& one) { found->second(one, named_engine{engine::gpu}); })};
  of.host_only = of.passed() && named_engine::sweeps() == 0;
  return of;
}

}  // namespace

std::optional<emulated_verdict> check_emulated_loss_case(const json& test_case, double /*tag*/) {
  return check<double>(test_case);
}
std::optional<emulated_verdict> check_emulated_loss_case(const json& test_case, float /*tag*/) {
  return check<float>(test_case);
}

}  // namespace mixcon_golden
