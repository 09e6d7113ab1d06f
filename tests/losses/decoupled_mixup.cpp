// SPDX-License-Identifier: BSD-3-Clause
#include <mixcon/engine/serial.hpp>
#include <mixcon/losses/decoupled_mixup.hpp>

#include "support/catch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace mixcon;

namespace {

constexpr long double hidden = -std::numeric_limits<long double>::infinity();

/// The cross entropy of one class, some logits hidden; adds weight times its slopes.
long double entropy_of(std::vector<long double> x, std::size_t label, std::size_t without, long double weight,
                       std::vector<long double>& slope) {
  const long double x_label = x[label];
  if (without < x.size()) x[without] = hidden;
  const long double top = *std::max_element(x.begin(), x.end());
  long double sum = 0;
  for (const long double entry : x) sum += std::exp(entry - top);
  for (std::size_t c = 0; c < x.size(); ++c)
    slope[c] += weight * (std::exp(x[c] - top) / sum - (c == label ? 1.0L : 0.0L));
  return weight * (top + std::log(sum) - x_label);
}

}  // namespace

TEST_CASE("decoupled mixup of a row: hidden classes far above the others, two classes, one class", "[bridge]") {
  const std::vector<std::vector<double>> rows{{800, 0, -5}, {-3, 900, -900, 2}, {1, -2}, {-700, 700}, {4}, {0, 0, 0}};
  for (const std::vector<double>& row : rows)
    for (std::size_t a = 0; a < row.size(); ++a)
      for (std::size_t b = 0; b < row.size(); ++b) {
        pair_targets targets;
        targets.own = {static_cast<index_t>(a)}, targets.partner = {static_cast<index_t>(b)}, targets.lambda = {0.3};
        std::vector<double> by_logits(row.size());
        const axes<2> extents{1, static_cast<index_t>(row.size())};
        const matrix_view<const double> logits(row.data(), extents);
        gradients<double> wanted;
        wanted.logits = matrix_view<double>(by_logits.data(), extents);
        const double value =
            value_and_grad(serial{}, decoupled_mixup{0.2, 0.4}, targets, given_logits{logits}, wanted).value;

        const std::vector<long double> x(row.begin(), row.end());
        std::vector<long double> slope(x.size());
        const std::size_t none = x.size();
        long double expected = entropy_of(x, a, none, 0.3L, slope) + entropy_of(x, b, none, 0.7L, slope);
        if (a != b) expected += entropy_of(x, a, b, 0.2L, slope) + entropy_of(x, b, a, 0.4L, slope);
        INFO("classes " << a << " and " << b << " of " << row.size() << ", the first logit " << row[0]);
        CHECK(value == Approx(static_cast<double>(expected)).epsilon(1e-14).margin(1e-13));
        for (std::size_t c = 0; c < x.size(); ++c)
          CHECK(by_logits[c] == Approx(static_cast<double>(slope[c])).epsilon(1e-13).margin(1e-13));
      }
}
