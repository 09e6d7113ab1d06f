// SPDX-License-Identifier: BSD-3-Clause
#include "lanes/lane_types.hpp"

#include "support/catch.hpp"

#include <mixcon/contrast/statistics.hpp>
#include <mixcon/core/tensor_traits.hpp>

#include <vector>

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// A curved function of the logit, and one that reads the target too.
struct curved {
  template <class T>
  T operator()(const T& x) const {
    return x * x * 0.25 - x * 0.5;
  }
};
struct missed_target {
  template <class T>
  T operator()(const T& x, const T& target) const {
    return (x - target) * 0.5;
  }
};

/// Pairs of every kind: hidden, weighted, positive or not, positive and hidden, equal logits.
std::vector<logit_pair<double>> random_row(index_t count, random_source& random) {
  std::vector<logit_pair<double>> row;
  for (index_t c = 0; c < count; ++c) {
    const bool positive = random.chance(0.3);
    const double weight = random.chance(0.2) ? 0.0 : random.chance(0.5) ? 1.0 : random.number(0.25, 2);
    const double x = std::floor(random.number(-4, 4) * 8) / 8;
    row.push_back({x, weight, positive ? std::floor(random.number(-0.25, 1) * 64) / 64 : 0.0, positive, c});
  }
  return row;
}
template <class T>
logit_pair<T> as(const logit_pair<double>& p) {
  return {static_cast<T>(p.x), static_cast<T>(p.weight), static_cast<T>(p.target), p.positive, p.candidate};
}
template <class L>
logit_pair<L> on_lanes(const std::vector<logit_pair<double>>& row, index_t first) {
  const auto* from = row.data() + first;
  return {L::each([&](int k) { return from[k].x; }), L::each([&](int k) { return from[k].weight; }),
          L::each([&](int k) { return from[k].target; }), mask_of<L>::each([&](int k) { return from[k].positive; }),
          first};
}

template <class Statistic, class State, class Pair>
void gather(const Statistic& statistic, State& seen, const Pair& pair) {
  if constexpr (requires { statistic.make_room(seen, statistic.height(pair)); })
    statistic.make_room(seen, statistic.height(pair));
  statistic.observe(seen, pair);
}

// Functions on wide registers are not inlined where something may throw: g++ 12 breaks on those at -O1.

/// The row in one state: of L, folded lane by lane, or of a plain number.
template <class L, class Statistic>
[[gnu::noinline]] auto gathered(const Statistic& statistic, const std::vector<logit_pair<double>>& row) {
  typename Statistic::template state<L> seen;
  typename Statistic::template state<scalar_of<L>> folded;
  for (index_t first = 0; first < static_cast<index_t>(row.size()); first += width_of<L>)
    gather(statistic, seen, on_lanes<L>(row, first));
  for (int k = 0; k < width_of<L>; ++k) statistic.merge(folded, seen.template part<width_of<L>>(k));
  return read(statistic, folded, 0);
}
template <class T, class Statistic>
auto gathered_one_by_one(const Statistic& statistic, const std::vector<logit_pair<double>>& row) {
  typename Statistic::template state<T> seen;
  for (const auto& pair : row) gather(statistic, seen, as<T>(pair));
  return read(statistic, seen, 0);
}

/// The slopes of all pairs by logit and by target, from a plain reading.
struct slopes_of_row {
  std::vector<double> by_logit, by_target;
};
template <class L>
struct slope_lanes {
  scalar_of<L> by_logit[static_cast<unsigned>(width_of<L>)], by_target[static_cast<unsigned>(width_of<L>)];
};
template <class L, class Statistic, class Reading>
[[gnu::noinline]] slope_lanes<L> slopes_on_lanes(const Statistic& statistic, const Reading& reading,
                                                 const std::vector<logit_pair<double>>& row, index_t first) {
  const logit_pair<L> pairs = on_lanes<L>(row, first);
  const auto spread = reading.template spread<L>();
  const L by_logit = statistic.slope(spread, pairs), by_target = statistic.target_slope(spread, pairs);
  slope_lanes<L> found;
  for (int k = 0; k < width_of<L>; ++k) found.by_logit[k] = by_logit[k], found.by_target[k] = by_target[k];
  return found;
}
template <class L, class Statistic, class Reading>
[[gnu::noinline]] slopes_of_row slopes(const Statistic& statistic, const Reading& reading,
                                       const std::vector<logit_pair<double>>& row) {
  const std::size_t count = row.size();
  slopes_of_row found{std::vector<double>(count), std::vector<double>(count)};
  for (index_t first = 0; first < static_cast<index_t>(count); first += width_of<L>) {
    const slope_lanes<L> on = slopes_on_lanes<L>(statistic, reading, row, first);
    for (int k = 0; k < width_of<L>; ++k) {
      found.by_logit[static_cast<std::size_t>(first + k)] = static_cast<double>(on.by_logit[k]);
      found.by_target[static_cast<std::size_t>(first + k)] = static_cast<double>(on.by_target[k]);
    }
  }
  return found;
}
template <class T, class Statistic, class Reading>
slopes_of_row slopes_one_by_one(const Statistic& statistic, const Reading& reading,
                                const std::vector<logit_pair<double>>& row) {
  slopes_of_row found;
  for (const auto& pair : row) {
    found.by_logit.push_back(static_cast<double>(statistic.slope(reading, as<T>(pair))));
    found.by_target.push_back(static_cast<double>(statistic.target_slope(reading, as<T>(pair))));
  }
  return found;
}

template <class L, class Statistic>
void check_statistic(const Statistic& statistic, const std::vector<logit_pair<double>>& row) {
  using T = scalar_of<L>;
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-12;
  const auto found = gathered<L>(statistic, row);
  const auto expected = gathered_one_by_one<T>(statistic, row);
  CHECK(close(static_cast<double>(found.value), static_cast<double>(expected.value), tolerance));
  if constexpr (requires { found.where; }) CHECK(found.where == expected.where);
  const slopes_of_row on = slopes<L>(statistic, expected, row), one = slopes_one_by_one<T>(statistic, expected, row);
  REQUIRE(on.by_logit.size() == row.size());
  for (std::size_t c = 0; c < row.size(); ++c) {
    CHECK(close(on.by_logit[c], one.by_logit[c], tolerance));
    CHECK(close(on.by_target[c], one.by_target[c], tolerance));
  }
}

template <class L, class Set>
void check_over(const Set& set, const std::vector<logit_pair<double>>& row) {
  check_statistic<L>(log_sum_exp{set}, row);
  check_statistic<L>(log_sum_exp{set, 1.75}, row);
  check_statistic<L>(log_sum_exp{set, curved{}}, row);
  check_statistic<L>(log_sum_exp{set, missed_target{}}, row);
  check_statistic<L>(sum_of{set}, row);
  check_statistic<L>(sum_of{set, curved{}}, row);
  check_statistic<L>(sum_of{set, missed_target{}}, row);
  check_statistic<L>(count_of{set}, row);
  check_statistic<L>(largest{set}, row);
  check_statistic<L>(smallest{set}, row);
}
template <class L>
void check_all(const std::vector<logit_pair<double>>& row) {
  const std::vector<double> numbers{0.75};
  check_over<L>(over::candidates, row);
  check_over<L>(over::positives, row);
  check_over<L>(over::negatives, row);
  check_over<L>(over::targets, row);
  check_statistic<L>(cross_entropy{}, row);
  check_statistic<L>(per_anchor{mixcon::view(numbers)}, row);
}

}  // namespace

TEMPLATE_TEST_CASE("Statistics gathered on lanes and folded lane by lane are those gathered pair by pair", "[lanes]",
                   MIXCON_LANE_TYPES) {
  if (!processor_has<TestType>()) return;
  for (unsigned seed = 1; seed <= 5; ++seed) {
    random_source random(seed);
    check_all<TestType>(random_row(width_of<TestType> * random.integer(1, 5), random));
  }
}

TEMPLATE_TEST_CASE("Statistics on lanes are right where no pair enters, or a single one", "[lanes]",
                   MIXCON_LANE_TYPES) {
  if (!processor_has<TestType>()) return;
  std::vector<logit_pair<double>> row;
  for (index_t c = 0; c < 2 * width_of<TestType>; ++c) row.push_back({0.5, 0, 0, false, c});
  check_all<TestType>(row);
  row[1] = {1.5, 1, 1, true, 1};
  check_all<TestType>(row);
  row[static_cast<std::size_t>(width_of<TestType>)] = {-2.5, 1, 0, false, width_of<TestType>};
  check_all<TestType>(row);
}

TEMPLATE_TEST_CASE("A NaN on one lane reaches the statistic", "[lanes]", MIXCON_LANE_TYPES) {
  if (!processor_has<TestType>()) return;
  random_source random(1);
  std::vector<logit_pair<double>> row = random_row(2 * width_of<TestType>, random);
  row[1] = {std::nan(""), 1, 0, false, 1};
  auto value_of = [&](const auto& statistic) { return static_cast<double>(gathered<TestType>(statistic, row).value); };
  CHECK(std::isnan(value_of(log_sum_exp{over::candidates})));
  CHECK(std::isnan(value_of(sum_of{over::negatives})));
  CHECK(std::isnan(value_of(largest{over::candidates})));
  CHECK(std::isnan(value_of(smallest{over::negatives})));
  row[0] = {0.5, 1, 1, true, 0};
  CHECK(std::isnan(value_of(cross_entropy{})));
}
