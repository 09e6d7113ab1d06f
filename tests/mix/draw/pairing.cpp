// SPDX-License-Identifier: BSD-3-Clause
#include "support/catch.hpp"

#include <mixcon/mix/draw/pairing.hpp>
#include <mixcon/mix/draw/recorded_draws.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

using namespace mixcon;
using order = std::vector<index_t>;

namespace {

bool is_permutation_of(const order& partner, index_t samples) {
  const std::set<index_t> seen(partner.begin(), partner.end());
  return static_cast<index_t>(partner.size()) == samples && static_cast<index_t>(seen.size()) == samples &&
         *seen.begin() == 0 && *seen.rbegin() == samples - 1;
}
bool moves_all(const order& partner) {
  for (std::size_t i = 0; i < partner.size(); ++i)
    if (partner[i] == static_cast<index_t>(i)) return false;
  return true;
}

}  // namespace

TEST_CASE("a random permutation and a derangement are what they say, for any batch", "[mix]") {
  for (const index_t samples : {1, 2, 3, 4, 7, 64, 257}) {
    const philox_draws draws{.seed = static_cast<std::uint64_t>(samples)};
    CHECK(is_permutation_of(pairing::random_permutation{}(samples, draws), samples));
    if (samples < 2) continue;
    const order deranged = pairing::derangement{}(samples, draws);
    CHECK(is_permutation_of(deranged, samples));
    CHECK(moves_all(deranged));
  }
}

TEST_CASE("all nine derangements of four samples come equally often", "[mix]") {
  std::map<order, int> seen;
  const int rounds = 9000;
  for (int step = 0; step < rounds; ++step)
    ++seen[pairing::derangement{}(4, philox_draws{.seed = 1, .step = static_cast<std::uint64_t>(step)})];
  CHECK(seen.size() == 9);
  double chi_squared = 0;
  for (const auto& entry : seen) chi_squared += (entry.second - 1000) * (entry.second - 1000) / 1000.0;
  CHECK(chi_squared < 26.1);  // 8 degrees of freedom, p = 0.001
}

TEST_CASE("a derangement that fails shifts the batch, or keeps one permutation more unseen", "[mix]") {
  recorded_draws draws;
  draws.record("partner", {0, 2, 1, 3});
  draws.record(field("partner").on_try(1), {1, 0, 2, 3});
  draws.record(field("partner").on_try(2), {3, 2, 1, 0});
  draws.record("partner_shift", {3});
  const auto shifted = pairing::derangement{.max_tries = 2}.draw(4, draws);
  CHECK(shifted.partner == order{3, 0, 1, 2});
  CHECK(shifted.tries == 3);
  const auto kept =
      pairing::derangement{.max_tries = 1, .on_failure = pairing::failed_derangement::keep}.draw(4, draws);
  CHECK(kept.partner == order{1, 0, 2, 3});
  CHECK(pairing::derangement{.max_tries = 3}.draw(4, draws).partner == order{3, 2, 1, 0});
  CHECK(pairing::derangement{.max_tries = 0}.draw(2, philox_draws{}).partner == order{1, 0});
}

TEST_CASE("reverse, roll and shift follow their formula, shifts by any integer", "[mix]") {
  const philox_draws draws;
  for (const index_t samples : {1, 2, 5, 8})
    for (const index_t by : {0, 1, 2, 7, 8, -1, -13}) {
      const order turned = pairing::reverse{}(samples, draws), shifted = pairing::shift{by}(samples, draws),
                  rolled = pairing::roll{by}(samples, draws);
      for (index_t i = 0; i < samples; ++i) {
        const std::size_t at = static_cast<std::size_t>(i);
        CHECK(turned[at] == samples - 1 - i);
        CHECK((shifted[at] - i - by) % samples == 0);
        CHECK((rolled[at] - i + by) % samples == 0);
        CHECK((std::min(shifted[at], rolled[at]) >= 0 && std::max(shifted[at], rolled[at]) < samples));
      }
    }
}

TEST_CASE("members of a bank are drawn from all of it", "[mix]") {
  const order partner = pairing::from_bank{.size = 3}(300, philox_draws{.seed = 8});
  for (const index_t member : {0, 1, 2}) {
    const auto drawn = std::count(partner.begin(), partner.end(), member);
    CHECK((drawn > 70 && drawn < 130));
  }
  CHECK_THROWS_WITH(pairing::from_bank{}(3, philox_draws{}), ContainsSubstring("the bank has 0 members"));
}

TEST_CASE("a pairing refuses a batch that is too small", "[mix]") {
  const philox_draws draws;
  CHECK_THROWS_WITH(pairing::random_permutation{}(0, draws), ContainsSubstring("the batch has 0 samples"));
  CHECK_THROWS_WITH(pairing::reverse{}(0, draws), ContainsSubstring("pairing::reverse"));
  CHECK_THROWS_WITH(pairing::shift{}(0, draws), ContainsSubstring("pairing::shift"));
  CHECK_THROWS_WITH(pairing::roll{}(0, draws), ContainsSubstring("pairing::roll"));
  CHECK_THROWS_WITH(pairing::derangement{}(1, draws), ContainsSubstring("at least 2 are needed"));
}
