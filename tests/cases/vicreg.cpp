// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.17. Constants: weights of invariance, variance and covariance; whether variance is halved.
struct vicreg_case {
  static constexpr const char* name = "vicreg";
  static constexpr int temperature = -1;
  static constexpr bool rotates = false, has_kinks = true;
  static constexpr double slack = 100;  // sums of squares of sums: errors relative to the rows' fourth power

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_views(sizes, draw);
    given.parameters.clear();
    given.constants = {draw.uniform(0, 25), draw.uniform(0, 25), draw.uniform(0, 2), draw.chance(0.5) ? 1.0 : 0.0};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const vicreg loss{.invariance = given.constants[0],
                      .variance = given.constants[1],
                      .covariance = given.constants[2],
                      .halves_variance = given.constants[3] != 0};
    found.value =
        value_and_grad(by, loss, rows[0], rows[1], {.first = found.by_rows[0], .second = found.by_rows[1]}).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const auto samples = static_cast<long double>(rows[0].rows()), width = static_cast<long double>(rows[0].width());
    long double apart = 0, spread = 0, shared = 0;
    for (std::size_t k = 0; k < rows[0].entries().size(); ++k) {
      const long double x = rows[0].entries()[k] - rows[1].entries()[k];
      apart += x * x / samples / width;
    }
    for (const table& z : rows)
      for (index_t p = 0; p < z.width(); ++p)
        for (index_t q = 0; q < z.width(); ++q) {
          long double mean_p = 0, mean_q = 0, v = 0;
          for (index_t i = 0; i < z.rows(); ++i) mean_p += z(i, p) / samples, mean_q += z(i, q) / samples;
          for (index_t i = 0; i < z.rows(); ++i) v += (z(i, p) - mean_p) * (z(i, q) - mean_q) / (samples - 1);
          if (p == q) spread += std::max(0.0L, 1 - std::sqrt(v + 1e-4L)) / width;
          if (p != q) shared += v * v / width;
        }
    return reference::wide(given.constants[0]) * apart +
           reference::wide(given.constants[1]) * (given.constants[3] != 0 ? 0.5L : 1.0L) * spread +
           reference::wide(given.constants[2]) * shared;
  }

  static std::vector<refused_argument> refusals() {
    return {{"a weight of NaN", [](loss_arguments& given) { given.constants[2] = std::nan(""); }, "a weight is nan"}};
  }
};
const known_case<vicreg_case> row;

}  // namespace
