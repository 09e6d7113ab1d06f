// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_cases.hpp"

#include "golden/loss_checks.hpp"

namespace mixcon_golden {
namespace {

template <class T>
std::optional<verdict> check(const json& test_case, engine by) {
  const auto found = loss_checks<T>().find(test_case.value("loss", std::string{}));
  if (found == loss_checks<T>().end()) return std::nullopt;
  return verdict_of(test_case, [&](golden_case& of) { found->second(of, named_engine{by}); });
}

}  // namespace

std::optional<verdict> check_loss_case(const json& test_case, engine by, double /*tag*/) {
  return check<double>(test_case, by);
}
std::optional<verdict> check_loss_case(const json& test_case, engine by, float /*tag*/) {
  return check<float>(test_case, by);
}

}  // namespace mixcon_golden
