// SPDX-License-Identifier: BSD-3-Clause
#include "golden/mixing_cases.hpp"

#include "golden/mixing_kinds.hpp"

namespace mixcon_golden {
namespace {

template <class T>
std::optional<verdict> check(const json& test_case) {
  const auto found = mixing_checks<T>().find(test_case.value("method", std::string{}));
  if (found == mixing_checks<T>().end()) return std::nullopt;
  return verdict_of(test_case, found->second);
}

}  // namespace

std::optional<verdict> check_mixing_case(const json& test_case, double /*tag*/) { return check<double>(test_case); }
std::optional<verdict> check_mixing_case(const json& test_case, float /*tag*/) { return check<float>(test_case); }

}  // namespace mixcon_golden
