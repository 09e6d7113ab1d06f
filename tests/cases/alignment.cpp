// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.19. Constants: power, whether rows are made unit rows.
struct alignment_case {
  static constexpr const char* name = "alignment";
  static constexpr int temperature = -1;
  static constexpr bool is_for_unit_rows = true;
  static constexpr index_t least_samples = 1;
  static constexpr double slack = 4;  // the power of a distance

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_views(sizes, draw);
    given.parameters.clear();
    given.constants = {draw.chance(0.5) ? 2 : draw.uniform(0.5, 4), draw.chance(0.3) && sizes.width > 1 ? 1.0 : 0.0};
    return given;
  }

  static void usual(loss_arguments& given) { given.constants = {2, 0}; }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const alignment loss{.power = given.constants[0],
                         .form = given.constants[1] != 0 ? mixcon::rows::unit : mixcon::rows::as_given};
    found.value =
        value_and_grad(by, loss, rows[0], rows[1], {.first = found.by_rows[0], .second = found.by_rows[1]}).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const bool unit = given.constants[1] != 0;
    const table x = unit ? reference::unit(rows[0]) : rows[0], y = unit ? reference::unit(rows[1]) : rows[1];
    long double sum = 0, largest = 1;
    for (index_t i = 0; i < x.rows(); ++i) {
      long double squared = 0;
      for (index_t k = 0; k < x.width(); ++k) squared += (x(i, k) - y(i, k)) * (x(i, k) - y(i, k));
      sum += std::pow(squared, reference::wide(given.constants[0]) / 2);
      largest = std::max(largest, std::sqrt(squared));
    }
    return {sum / static_cast<long double>(x.rows()), largest};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a power of 0", [](loss_arguments& given) { given.constants[0] = 0; }, "power is 0"},
            {"one row more", [](loss_arguments& given) { given.rows[1] = matrix<double>(9, given.rows[1].width()); },
             "two matrices of one shape"}};
  }
};
const known_case<alignment_case> row;

}  // namespace
