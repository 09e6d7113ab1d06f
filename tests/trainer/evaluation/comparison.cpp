// SPDX-License-Identifier: BSD-3-Clause
// Statistics of paired runs: numbers of scipy 1.10.1, Holm's correction by hand, and each verdict where it is due.
#include "evaluation/comparison.hpp"
#include "evaluation/student_t.hpp"
#include "support/catch.hpp"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

using namespace mixcon_train;

namespace {

arm_result arm(const std::string& name, const std::vector<double>& accuracies) {
  arm_result made{.name = name};
  for (std::size_t k = 0; k < accuracies.size(); ++k)
    made.runs.push_back({.seed = 10 + k, .accuracy = accuracies[k], .seconds = 60});
  return made;
}

/// The only difference of two arms whose accuracies differ by so many points.
paired_difference difference(const std::vector<double>& points, const comparison_options& options = {}) {
  std::vector<double> other, base(points.size(), 0.5);
  for (const double value : points) other.push_back(0.5 + value / 100);
  return *compared({arm("base", base), arm("other", other)}, "base", options).arms[1].against;
}

std::string refusal(const std::vector<arm_result>& arms, const std::string& reference) {
  try {
    compared(arms, reference);
  } catch (const std::invalid_argument& why) {
    return why.what();
  }
  return "";
}

const std::vector<double> base{0.801, 0.812, 0.805, 0.810, 0.811};

}  // namespace

TEST_CASE("Student's distribution gives scipy's numbers", "[examples]") {
  struct row {
    double t;
    index_t freedom;
    double expected;
  };
  for (const row& r :
       {row{0.5, 1, 0.7048327646991336}, row{12.706, 1, 0.05000080235813317}, row{2.0, 2, 0.1835034190722739},
        row{-3.5, 3, 0.039481037619282774}, row{2.262157, 9, 0.0500000133044316}, row{1.96, 1000, 0.05027318495574871},
        row{8.0, 4, 0.0013238969092171677}, row{0.0, 7, 1.0}, row{2.776, 4, 0.0500227783199764},
        row{40.0, 2, 0.0006244146721847406}}) {
    INFO(r.t << " with " << r.freedom);
    CHECK(student_t_two_sided(r.t, r.freedom) == Approx(r.expected).epsilon(1e-11));
  }
  for (const row& r :
       {row{0.95, 1, 12.706204736432095}, row{0.95, 2, 4.302652729911275}, row{0.95, 4, 2.7764451051977987},
        row{0.95, 9, 2.2621571627409915}, row{0.99, 9, 3.2498355440153697}, row{0.975, 4, 3.495405932516977},
        row{0.5, 3, 0.764892328080891}, row{0.95, 99, 1.9842169515086827}, row{0.999, 1, 636.6192494318557}}) {
    INFO(r.t << " with " << r.freedom);
    CHECK(student_t_bound(r.t, r.freedom) == Approx(r.expected).epsilon(2e-9));  // scipy's own inversion is that good
  }
  CHECK(student_t_bound(0.95, 1) == Approx(std::tan(0.475 * std::numbers::pi)).epsilon(1e-12));
  CHECK(student_t_bound(0.95, 2) == Approx(0.95 * std::sqrt(2 / (1 - 0.95 * 0.95))).epsilon(1e-12));
  CHECK_THROWS_AS(student_t_two_sided(1, 0), std::invalid_argument);
  CHECK_THROWS_AS(student_t_bound(1, 3), std::invalid_argument);
}

TEST_CASE("differences are paired by seed, and their interval and p are scipy's ttest_rel", "[examples]") {
  const arm_result better = arm("better", {0.815, 0.822, 0.809, 0.830, 0.818});
  const arm_result same = arm("same", {0.802, 0.8115, 0.8055, 0.8095, 0.8112});
  arm_result noisy = arm("noisy", {0.79, 0.83, 0.78, 0.82, 0.80});
  std::swap(noisy.runs[0], noisy.runs[3]);  // the order of runs does not matter
  const comparison made = compared({better, arm("base", base), same, noisy}, "base");
  REQUIRE(made.arms.size() == 4);
  CHECK_FALSE(made.arms[1].against);
  const paired_difference &b = *made.arms[0].against, &s = *made.arms[2].against, &n = *made.arms[3].against;
  CHECK(b.mean == Approx(1.1));
  CHECK(*b.low == Approx(0.32458108165340793));
  CHECK(*b.high == Approx(1.8754189183465764));
  CHECK(b.p == Approx(0.016979300234915624));
  CHECK(b.adjusted_p == Approx(3 * 0.016979300234915624));  // just above 0.05: three arms were tried
  CHECK(b.says == verdict::undecided);
  CHECK(s.p == Approx(0.6554288619380604));
  CHECK(s.says == verdict::equivalent);
  CHECK(*n.low == Approx(-2.5474062238248165));
  CHECK(n.values[3] == Approx(1.0));
  CHECK(n.says == verdict::undecided);
  CHECK(made.arms[0].mean == Approx(0.8188));
  CHECK(made.arms[0].deviation == Approx(0.0078549348));
  const paired_difference alone = *compared({better, arm("base", base)}, "base").arms[0].against;
  CHECK(alone.says == verdict::supported);
  CHECK(alone.adjusted_p == alone.p);
}

TEST_CASE("a verdict is supported, refuted here, equivalent or undecided by the ends of the interval", "[examples]") {
  CHECK(difference({1, 1.2, 0.9, 1.1}).says == verdict::supported);
  CHECK(difference({-1, -1.2, -0.9, -1.1}).says == verdict::refuted_here);
  CHECK(difference({0.05, -0.05, 0.04, -0.04}).says == verdict::equivalent);
  CHECK(difference({1, -1, 2, -2}).says == verdict::undecided);
  CHECK(difference({0.01, 0.02, 0.015, 0.012}).says == verdict::supported);  // however small
  const std::vector<double> near{0.25, 0.35, -0.1, 0.02};
  CHECK(*difference(near).high > 0.3);
  CHECK(difference(near).says == verdict::undecided);
  CHECK(difference(near, {.equivalence = 1}).says == verdict::equivalent);
  CHECK(difference({0, 0, 0}).says == verdict::equivalent);
  CHECK(difference({0, 0, 0}).p == 1);
  CHECK_FALSE(difference({5}).low);  // one pair says nothing
  CHECK(difference({5}).says == verdict::undecided);
  CHECK(std::string(name_of(verdict::refuted_here)) == "refuted here");
}

TEST_CASE("Holm's correction multiplies the k-th smallest p of m by m - k + 1, and never falls", "[examples]") {
  const std::vector<double> adjusted = holm_adjusted({0.01, 0.04, 0.03, 0.005});
  const std::vector<double> expected{0.03, 0.06, 0.06, 0.02};
  REQUIRE(adjusted.size() == 4);
  for (std::size_t k = 0; k < 4; ++k) CHECK(adjusted[k] == Approx(expected[k]));
  CHECK(holm_adjusted({0.9, 0.6}) == std::vector<double>{1, 1});
  CHECK(holm_adjusted({}).empty());
}

TEST_CASE("at equal time each arm has what it had reached when the first of its seed had ended", "[examples]") {
  arm_result quick{.name = "quick"}, slow{.name = "slow"};
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const double shift = 0.001 * static_cast<double>(seed);
    quick.runs.push_back({seed, 0.80, 100, {{50, 0.7 + shift}, {100, 0.79 + shift}}});
    slow.runs.push_back({seed, 0.85, 300, {{99.5, 0.60 + 2 * shift}, {100.5, 0.9}, {300, 0.85}}});
  }
  slow.runs.push_back({7, 0.5, 10, {}});  // without a partner or a history
  arm_result raw{.name = "raw", .runs = {{0, 0.4, 1, {}}, {1, 0.4, 1, {}}}};
  const comparison made = compared({quick, slow, raw}, "quick");
  CHECK_FALSE(made.arms[2].equal_time);
  CHECK(*made.arms[0].equal_time == Approx(0.791));
  CHECK(*made.arms[1].equal_time == Approx(0.602));
  CHECK(made.arms[1].against->mean == Approx(5));
  CHECK(made.arms[1].against->values.size() == 3);
  CHECK(made.arms[1].runs == 4);
  CHECK(made.arms[1].at_equal_time->mean == Approx(-18.9));
  CHECK(made.arms[1].at_equal_time->says == verdict::refuted_here);
  CHECK_FALSE(accuracy_at({{5, 0.1}}, 4.9));
  CHECK_FALSE(compared({arm("a", base), arm("b", base)}, "a").arms[1].at_equal_time);
  arm_result elsewhere = arm("elsewhere", base);
  for (run_result& run : elsewhere.runs) run.seed += 100;
  CHECK_FALSE(compared({arm("a", base), elsewhere}, "a").arms[1].against);  // no seed in common
}

TEST_CASE("a comparison refuses what it cannot pair", "[examples]") {
  CHECK(refusal({arm("a", base), arm("b", base)}, "c").find("no arm is called c") != std::string::npos);
  CHECK(refusal({arm("a", base), arm("a", base)}, "a").find("two arms are called a") != std::string::npos);
  CHECK(refusal({arm("a", {})}, "a").find("has no runs") != std::string::npos);
  CHECK(refusal({arm("a", {81})}, "a").find("a share in [0, 1]") != std::string::npos);
  arm_result twice = arm("a", base);
  twice.runs[1].seed = twice.runs[0].seed;
  CHECK(refusal({twice}, "a").find("two runs with seed 10") != std::string::npos);
}
