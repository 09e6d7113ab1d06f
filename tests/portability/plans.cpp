// SPDX-License-Identifier: BSD-3-Clause
// Prints a hash of the plans of every policy; exit status 1 when it is not the frozen one. With an argument, a hash a
// policy.
#include "../mixes/side_inputs.hpp"
#include "hash_of_draws.hpp"

#include <mixcon/mix/plan_json.hpp>
#include <mixcon/mixes/all_mixes.hpp>

#include <cinttypes>
#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace mixcon;

/// What hash_of_plans() is. It changes only when the plans of a seed are meant to change, which the change log then
/// says.
constexpr std::uint64_t frozen_hash_of_plans = 0x7ce22d3428277aa9;

void add(mixcon_test::bit_hash& hash, const std::string& text) {
  for (const char letter : text) hash.add(static_cast<std::uint64_t>(static_cast<unsigned char>(letter)));
}

}  // namespace

int main(int count, char**) {
  mixcon_test::bit_hash all;
  const mixcon_test::side_inputs given;
  all_mixes::for_each_of<mix_shape::policy>([&](const auto& listed) {
    mixcon_test::bit_hash own;
    for (std::uint64_t step = 0; step < 3; ++step) {
      const std::string text = to_json(given.plan_of(listed.made, {.seed = 20260131, .step = step}));
      add(all, text), add(own, text);
    }
    if (count > 1) std::printf("%016" PRIx64 " %s\n", own.value(), std::string(listed.name).c_str());
  });
  std::printf("%016" PRIx64 "\n", all.value());
  return all.value() == frozen_hash_of_plans ? 0 : 1;
}
