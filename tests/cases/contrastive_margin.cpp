// SPDX-License-Identifier: BSD-3-Clause
#include "cases/two_classes.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16. Constants: margins of positives and of negatives.
struct contrastive_margin_case {
  static constexpr const char* name = "contrastive_margin";
  static constexpr int temperature = -1;
  static constexpr index_t least_samples = 3;
  static constexpr bool scales = true, has_kinks = true;
  static constexpr double slack = 100;  // distances come from products: an error of eps / distance

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_classes(sizes, draw);
    given.parameters.clear();
    given.constants = {draw.uniform(0.05, 0.5), draw.uniform(0.5, 2)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const contrastive_margin loss{.positive_margin = given.constants[0], .negative_margin = given.constants[1]};
    const objective criterion{loss, negative_distance{mixcon::rows::unit, mixcon::rows::unit}};
    found.value = value_and_grad(by, criterion, label_targets{.labels = given.labels}, rows[0], found.by_rows[0]);
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table z = reference::unit(rows[0]);
    const table d = reference::squared_distances(z, z), same = reference::same_label(given.labels);
    long double far = 0, near = 0, number_far = 0, number_near = 0;
    for (index_t i = 0; i < d.rows(); ++i)
      for (index_t j = 0; j < d.rows(); ++j) {
        const long double beyond = std::sqrt(d(i, j)) - reference::wide(given.constants[0]);
        const long double within = reference::wide(given.constants[1]) - std::sqrt(d(i, j));
        if (same(i, j) > 0 && i != j && beyond > 0) far += beyond, number_far += 1;
        if (same(i, j) == 0 && within > 0) near += within, number_near += 1;
      }
    return {(number_far > 0 ? far / number_far : 0) + (number_near > 0 ? near / number_near : 0), 2};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a margin of NaN", [](loss_arguments& given) { given.constants[0] = std::nan(""); }, "margin is nan"},
            {"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"}};
  }
};
const known_case<contrastive_margin_case> row;

}  // namespace
