// SPDX-License-Identifier: BSD-3-Clause
// The four laws of every statistic, in double: identity of merge, gathering in parts, slopes as derivatives, and
// invisible pairs that change nothing. And that NaN is never lost.
#include "laws/statistic_cases.hpp"
#include "support/catch.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

double value_of(const auto& statistic, const auto& state) { return read(statistic, state, 0).value; }

template <class S>
auto gathered(const S& statistic, const std::vector<logit_pair<double>>& pairs, std::size_t first, std::size_t end) {
  typename S::template state<double> state;
  for (std::size_t i = first; i < end; ++i) take(statistic, state, pairs[i]);
  return state;
}
template <class S>
auto gathered(const S& statistic, const std::vector<logit_pair<double>>& pairs) {
  return gathered(statistic, pairs, 0, pairs.size());
}

bool near(double a, double b) { return a == b || std::fabs(a - b) <= 1e-13 * (1 + std::fabs(b)); }

}  // namespace

TEST_CASE("a fresh state is the identity of merge", "[laws]") {
  for_each_statistic([](const char* name, const auto& statistic) {
    random_numbers draw(1);
    for (int i = 0; i < 100; ++i) {
      INFO(name);
      const auto pairs = random_pairs(draw.below(8), draw);
      const auto whole = gathered(statistic, pairs);
      auto left = gathered(statistic, {}), right = whole;
      statistic.merge(left, whole);
      statistic.merge(right, gathered(statistic, {}));
      CHECK(value_of(statistic, left) == value_of(statistic, whole));
      CHECK(value_of(statistic, right) == value_of(statistic, whole));
    }
  });
}

TEST_CASE("any split of the pairs merges to the same value", "[laws]") {
  for_each_statistic([](const char* name, const auto& statistic) {
    random_numbers draw(2);
    for (int i = 0; i < 200; ++i) {
      const auto pairs = random_pairs(draw.between(1, 30), draw);
      const auto size = static_cast<index_t>(pairs.size());
      const auto first = static_cast<std::size_t>(draw.between(0, size));
      const auto second = static_cast<std::size_t>(draw.between(static_cast<index_t>(first), size));
      auto a = gathered(statistic, pairs, 0, first);
      auto b = gathered(statistic, pairs, first, second);
      const auto c = gathered(statistic, pairs, second, pairs.size());
      const double whole = value_of(statistic, gathered(statistic, pairs));
      auto left = a;  // (a b) c and a (b c)
      statistic.merge(left, b);
      statistic.merge(left, c);
      statistic.merge(b, c);
      statistic.merge(a, b);
      INFO(name << " of " << size << " pairs, split at " << first << " and " << second);
      CHECK(near(value_of(statistic, left), whole));
      CHECK(near(value_of(statistic, a), whole));
    }
  });
}

TEST_CASE("contributions of pairs, summed and added at once, are what observing each of them gives", "[laws]") {
  int tried = 0;
  for_each_statistic([&tried](const char* name, const auto& statistic) {
    using S = std::remove_cvref_t<decltype(statistic)>;
    if constexpr (AddsUp<S>) {
      random_numbers draw(6);
      ++tried;
      for (int i = 0; i < 100; ++i) {
        const auto pairs = random_pairs(draw.between(1, 12), draw);
        typename S::template state<double> one_by_one, at_once;
        double shift = 0;
        if constexpr (NeedsRoom<S>) {
          for (const auto& pair : pairs) statistic.make_room(one_by_one, statistic.height(pair));
          at_once.shift = shift = one_by_one.shift;
        }
        auto sums = statistic.contribution(pairs[0], shift);
        for (const auto& pair : pairs) statistic.observe(one_by_one, pair);
        for (std::size_t k = 1; k < pairs.size(); ++k) sums += statistic.contribution(pairs[k], shift);
        statistic.add(at_once, sums);
        INFO(name << " of " << pairs.size() << " pairs");
        CHECK(near(value_of(statistic, at_once), value_of(statistic, one_by_one)));
      }
    }
  });
  CHECK(tried == 16);
}

TEST_CASE("slope and target_slope are the derivatives of the value", "[laws]") {
  for_each_statistic([](const char* name, const auto& statistic) {
    random_numbers draw(3);
    for (int i = 0; i < 100; ++i) {
      const auto pairs = random_pairs(draw.between(1, 8), draw);
      const auto reading = read(statistic, gathered(statistic, pairs), 0);
      if (!std::isfinite(reading.value)) continue;  // nothing entered
      for (std::size_t at = 0; at < pairs.size(); ++at) {
        const auto moved = [&](double by_x, double by_target) {
          auto other = pairs;
          other[at].x += by_x, other[at].target += by_target;
          return value_of(statistic, gathered(statistic, other));
        };
        const double h = 1e-5;
        const double by_x = (moved(h, 0) - moved(-h, 0)) / (2 * h);
        INFO(name << ", pair " << at << " of " << pairs.size() << ": x " << pairs[at].x << ", weight "
                  << pairs[at].weight << ", target " << pairs[at].target);
        CHECK(statistic.slope(reading, pairs[at]) == Approx(by_x).epsilon(1e-6).margin(1e-8));
        if (!pairs[at].positive) continue;
        const double by_target = (moved(0, h) - moved(0, -h)) / (2 * h);
        CHECK(statistic.target_slope(reading, pairs[at]) == Approx(by_target).epsilon(1e-6).margin(1e-8));
      }
    }
  });
}

TEST_CASE("an invisible pair changes nothing, whatever its logit", "[laws]") {
  for_each_statistic([](const char* name, const auto& statistic) {
    random_numbers draw(4);
    for (int i = 0; i < 100; ++i) {
      const auto pairs = random_pairs(draw.between(0, 6), draw);
      auto more = pairs;
      for (const double x : {3.0, 1e300, -1e300, infinity, -infinity, not_a_number})
        more.insert(more.begin() + draw.below(static_cast<index_t>(more.size()) + 1),
                    logit_pair<double>{x, 0, 0, false, 99});
      const auto reading = read(statistic, gathered(statistic, pairs), 0);
      const auto with_more = read(statistic, gathered(statistic, more), 0);
      INFO(name);
      CHECK(near(with_more.value, reading.value));
      const logit_pair<double> hidden{3.0, 0, 0, false, 99};
      if (std::isfinite(reading.value)) CHECK(statistic.slope(reading, hidden) == 0);
    }
  });
}

TEST_CASE("NaN in a pair that enters stays NaN, however the pairs are split", "[laws]") {
  for_each_statistic([](const char* name, const auto& statistic) {
    random_numbers draw(5);
    for (int i = 0; i < 100; ++i) {
      auto pairs = random_pairs(draw.between(1, 9), draw);
      const auto size = static_cast<index_t>(pairs.size());
      const auto at = static_cast<std::size_t>(draw.below(size));
      auto& one = pairs[at];
      one.weight = 1;
      for (const bool positive : {false, true}) {
        one.positive = positive, one.target = positive ? 1 : 0;
        if (!enters(statistic, pairs, at)) continue;
        one.x = not_a_number;
        const auto split = static_cast<std::size_t>(draw.between(0, size));
        auto left = gathered(statistic, pairs, 0, split);
        statistic.merge(left, gathered(statistic, pairs, split, pairs.size()));
        INFO(name << ", " << size << " pairs, split at " << split);
        CHECK(std::isnan(value_of(statistic, gathered(statistic, pairs))));
        CHECK(std::isnan(value_of(statistic, left)));
      }
    }
  });
}

TEST_CASE("exponential sums neither overflow nor underflow", "[laws]") {
  const auto pair = [](double x) { return logit_pair<double>{x, 1, 0, false, 0}; };
  const log_sum_exp statistic{over::candidates};
  CHECK(value_of(statistic, gathered(statistic, {pair(1e4), pair(1e4)})) == Approx(1e4 + std::log(2.0)));
  CHECK(value_of(statistic, gathered(statistic, {pair(-1e4), pair(-1e4)})) == Approx(-1e4 + std::log(2.0)));
  CHECK(value_of(statistic, gathered(statistic, {pair(-1e4), pair(1e4)})) == 1e4);
  CHECK(value_of(statistic, gathered(statistic, {pair(1e4), pair(-1e4)})) == 1e4);
  CHECK(value_of(statistic, gathered(statistic, {})) == -infinity);
}

TEST_CASE("cross_entropy of one positive is exact where the loss is small", "[laws]") {
  const cross_entropy statistic;
  const auto positive = logit_pair<double>{100, 1, 1, true, 0};
  for (const double below : {1.0, 30.0, 60.0, 300.0}) {
    const auto state = gathered(statistic, {logit_pair<double>{100 - below, 1, 0, false, 1}, positive});
    CHECK(value_of(statistic, state) == Approx(std::log1p(std::exp(-below))).epsilon(1e-14));
  }
}

TEST_CASE("of equal logits the lower index is the largest and the smallest", "[laws]") {
  const auto pair = [](double x, index_t at) { return logit_pair<double>{x, 1, 0, false, at}; };
  const std::vector<logit_pair<double>> pairs{pair(2, 0), pair(5, 1), pair(1, 2), pair(5, 3), pair(1, 4)};
  const largest top{over::candidates};
  const smallest bottom{over::candidates};
  CHECK(top.read(gathered(top, pairs)).where == 1);
  CHECK(bottom.read(gathered(bottom, pairs)).where == 2);
  auto late = gathered(top, {pairs[3], pairs[4]});  // merged in the other order
  top.merge(late, gathered(top, {pairs[0], pairs[1], pairs[2]}));
  CHECK(top.read(late).where == 1);
}
