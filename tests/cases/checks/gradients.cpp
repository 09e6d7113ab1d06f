// SPDX-License-Identifier: BSD-3-Clause
// Gradients against differences of the reference: the engines' own values take no part.
#include "cases/checks/bounds.hpp"
#include "support/catch.hpp"
#include "support/differences.hpp"
#include "support/effort.hpp"

using namespace mixcon_test;

namespace {

/// Counts what cannot be judged: entries beside a kink, where the differences of two steps disagree.
struct kink_count {
  int entries = 0, skipped = 0;
};

class gradient_check {
 public:
  gradient_check(const loss_case& loss, const loss_arguments& given, double step, long double relative,
                 kink_count& kinks)
      : loss_(loss),
        given_(given),
        rows_(rows_in<long double>(given)),
        at_(rows_),
        step_(step),
        relative_(relative),
        kinks_(kinks) {}

  void run() {
    std::vector<std::vector<long double>> by_rows;
    for (auto& m : rows_) {
      by_rows.emplace_back();
      for (long double& x : m.entries()) by_rows.back().push_back(slope(x));
    }
    std::vector<long double> by_parameters;
    for (double& p : given_.parameters) by_parameters.push_back(slope(p));
    for (const any_engine& by : engines) {
      const auto found = answer_of<double>(loss_, by, given_);
      REQUIRE(found.by_rows.size() == by_rows.size());
      for (std::size_t m = 0; m < by_rows.size(); ++m)
        for (std::size_t k = 0; k < by_rows[m].size(); ++k)
          compare(by, "rows " + std::to_string(m), k, found.by_rows[m].entries()[k], by_rows[m][k]);
      REQUIRE(found.by_parameters.size() == by_parameters.size());
      for (std::size_t k = 0; k < by_parameters.size(); ++k)
        compare(by, "parameters", k, found.by_parameters[k], by_parameters[k]);
    }
  }

 private:
  template <class Number>
  long double slope(Number& x) {
    const auto value = [&] { return loss_.reference(given_, rows_, at_).value; };
    const long double found = derivative_by(x, step_, value);
    ++kinks_.entries;
    if (!loss_.has_kinks) return found;
    if (std::fabs(derivative_by(x, step_ / 4, value) - found) <= 1e-7L * std::max(1.0L, std::fabs(found))) return found;
    ++kinks_.skipped;
    return std::numeric_limits<long double>::quiet_NaN();
  }
  void compare(const any_engine& by, const std::string& argument, std::size_t k, double found, long double expected) {
    if (std::isnan(expected) && loss_.has_kinks) return;
    INFO(loss_.name << ", " << by.name() << ", gradient by " << argument << ", entry " << k << ": " << found
                    << ", expected " << expected);
    CHECK(error_of(found, expected) <=
          static_cast<long double>(loss_.slack) * (1e-8L + relative_ * std::fabs(expected)));
  }

  const loss_case& loss_;
  loss_arguments given_;
  std::vector<table> rows_, at_;
  double step_;
  long double relative_;
  kink_count& kinks_;
};

void check_gradients(double temperature, int trials, double step, long double relative) {
  for (const loss_case& loss : loss_cases()) {
    if (temperature > 0 && loss.temperature < 0) continue;
    random_numbers draw(3);
    kink_count kinks;
    for (int trial = 0; trial < trials; ++trial) {
      const case_sizes sizes{draw.between(loss.least_samples, loss.least_samples + 3), draw.between(2, 3), 2};
      loss_arguments given = loss.draw(sizes, draw);
      if (temperature > 0) given.parameters[static_cast<std::size_t>(loss.temperature)] = temperature;
      gradient_check(loss, given, step, relative, kinks).run();
    }
    INFO(loss.name << ": " << kinks.skipped << " of " << kinks.entries << " entries stand beside a kink");
    CHECK(kinks.skipped * 10 <= kinks.entries);
  }
}

}  // namespace

TEST_CASE("every loss has the gradient of its formula by every argument that has one", "[gradients]") {
  check_gradients(0, repeats(200), 1e-4, 1e-6L);
}

TEST_CASE("every loss has its gradient at temperature 0.01 too", "[gradients]") {
  check_gradients(0.01, repeats(20), 1e-5, 1e-5L);
}
