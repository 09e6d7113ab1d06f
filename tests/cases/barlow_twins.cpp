// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.17. Constants: redundancy, scale.
struct barlow_twins_case {
  static constexpr const char* name = "barlow_twins";
  static constexpr int temperature = -1;
  static constexpr bool rotates = false;
  static constexpr double slack = 100;  // a feature that hardly varies is divided by little

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_views(sizes, draw);
    given.parameters.clear();
    given.constants = {draw.uniform(0, 1), draw.chance(0.5) ? 1 : 0.025};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const barlow_twins loss{.redundancy = given.constants[0], .scale = given.constants[1]};
    found.value =
        value_and_grad(by, loss, rows[0], rows[1], {.first = found.by_rows[0], .second = found.by_rows[1]}).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table a = standardised(rows[0]), b = standardised(rows[1]);
    long double loss = 0;
    for (index_t p = 0; p < a.width(); ++p)
      for (index_t q = 0; q < a.width(); ++q) {
        long double c = 0;
        for (index_t i = 0; i < a.rows(); ++i) c += a(i, p) * b(i, q) / static_cast<long double>(a.rows());
        loss += p == q ? (c - 1) * (c - 1) : reference::wide(given.constants[0]) * c * c;
      }
    return reference::wide(given.constants[1]) * loss;
  }
  static table standardised(table z) {
    const auto samples = static_cast<long double>(z.rows());
    for (index_t k = 0; k < z.width(); ++k) {
      long double mean = 0, variance = 0;
      for (index_t i = 0; i < z.rows(); ++i) mean += z(i, k) / samples;
      for (index_t i = 0; i < z.rows(); ++i) variance += (z(i, k) - mean) * (z(i, k) - mean) / samples;
      for (index_t i = 0; i < z.rows(); ++i) z(i, k) = (z(i, k) - mean) / std::sqrt(variance + 1e-5L);
    }
    return z;
  }

  static std::vector<refused_argument> refusals() {
    return {
        {"a redundancy of NaN", [](loss_arguments& given) { given.constants[0] = std::nan(""); }, "redundancy is nan"}};
  }
};
const known_case<barlow_twins_case> row;

}  // namespace
