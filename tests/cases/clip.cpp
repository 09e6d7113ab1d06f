// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.15. Parameters: the scale.
struct clip_case {
  static constexpr const char* name = "clip";
  static constexpr int temperature = -1;
  static constexpr bool scales = true;
  static constexpr index_t least_samples = 1;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_views(sizes, draw);
    given.parameters = {draw.uniform(1, 5)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    found.value = value_and_grad(
        by, clip(given.parameters[0]), diagonal_targets{}, rows[0], rows[1],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[1]}, .scale = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    table l = reference::products(reference::unit(rows[0]), reference::unit(rows[1])), transposed(l.width(), l.rows());
    for (auto& x : l.entries()) x *= reference::wide(given.parameters[0]);
    for (index_t i = 0; i < l.rows(); ++i)
      for (index_t j = 0; j < l.width(); ++j) transposed(j, i) = l(i, j);
    const table all(l.rows(), l.width(), 1);
    long double loss = 0;
    for (index_t i = 0; i < l.rows(); ++i)
      loss += reference::log_partition(l, all, i) + reference::log_partition(transposed, all, i) - 2 * l(i, i);
    return {loss / (2 * static_cast<long double>(l.rows())), largest_entry(l)};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a scale of 0", [](loss_arguments& given) { given.parameters[0] = 0; }, "scale is 0"},
            {"one text for all", [](loss_arguments& given) { given.rows[1] = matrix<double>(1, 3, 1); },
             "diagonal_targets"}};
  }
};
const known_case<clip_case> row;

}  // namespace
