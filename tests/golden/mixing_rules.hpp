// SPDX-License-Identifier: BSD-3-Clause
// The rules that mixing plans are made of: lambdas, partners, boxes. And how recorded draws are read.
#pragma once

#include "golden/golden.hpp"

#include <mixcon/mix/recorded_draws.hpp>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace mixcon_golden {

using check_table = std::map<std::string, void (*)(golden_case&)>;

/// The kinds `lambda.*`, `pairing.*` and `box.*`. They are computed in double whatever the samples are.
const check_table& rule_checks();

inline constexpr double in_double = 1e-10;

[[noreturn]] inline void unknown(const std::string& what) { throw std::runtime_error("unknown " + what); }

/// The numbers of `name` in the case's draws, under the name that the library asks for. Whether there were any.
inline bool record(mixcon::recorded_draws& draws, fields& recorded, const std::string& name, const char* as) {
  if (!recorded.has(name)) return false;
  draws.record(as, recorded.real(name).data);
  return true;
}

/// Partners: the permutations of a derangement's tries where they were recorded, else those of the plan.
inline bool record_partners(mixcon::recorded_draws& draws, fields* recorded, const std::vector<index_t>& planned) {
  const bool tried = recorded != nullptr && recorded->has("perms");
  if (!tried) {
    draws.record("partner", std::vector<double>(planned.begin(), planned.end()));
    return false;
  }
  index_t attempt = 0;
  for (const json& permutation : recorded->raw("perms"))
    draws.record(mixcon::field("partner").on_try(attempt++), permutation.get<std::vector<double>>());
  if (recorded->has("shift") && !recorded->raw("shift").is_null())
    draws.record("partner_shift", {recorded->number("shift")});
  return true;
}

}  // namespace mixcon_golden
