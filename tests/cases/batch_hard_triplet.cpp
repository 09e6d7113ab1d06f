// SPDX-License-Identifier: BSD-3-Clause
#include "cases/two_classes.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16. Constants: margin, whether soft.
struct batch_hard_triplet_case {
  static constexpr const char* name = "batch_hard_triplet";
  static constexpr int temperature = -1;
  static constexpr index_t least_samples = 3;
  static constexpr bool scales = true, has_kinks = true;
  static constexpr double slack = 100;  // distances come from products: an error of eps / distance

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_classes(sizes, draw);
    given.parameters.clear();
    given.constants = {draw.uniform(0.05, 0.5), draw.chance(0.3) ? 1.0 : 0.0};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const batch_hard_triplet loss{.margin = given.constants[0], .soft = given.constants[1] != 0};
    const objective criterion{loss, negative_distance{mixcon::rows::unit, mixcon::rows::unit}};
    found.value = value_and_grad(by, criterion, label_targets{.labels = given.labels}, rows[0], found.by_rows[0]).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table z = reference::unit(rows[0]);
    const table d = reference::squared_distances(z, z), same = reference::same_label(given.labels);
    long double loss = 0, number = 0;
    for (index_t a = 0; a < d.rows(); ++a) {
      long double farthest = -1, nearest = HUGE_VALL;
      for (index_t c = 0; c < d.rows(); ++c) {
        if (c != a && same(a, c) != 0) farthest = std::max(farthest, std::sqrt(d(a, c)));
        if (same(a, c) == 0) nearest = std::min(nearest, std::sqrt(d(a, c)));
      }
      if (farthest < 0 || nearest == HUGE_VALL) continue;
      const long double above = farthest - nearest + reference::wide(given.constants[0]);
      const long double term = given.constants[1] != 0 ? std::log1p(std::exp(above)) : above > 0 ? above : 0;
      loss += term, number += term > 0 ? 1 : 0;
    }
    return {number > 0 ? loss / number : 0, 2};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a margin of NaN", [](loss_arguments& given) { given.constants[0] = std::nan(""); }, "margin is nan"},
            {"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"}};
  }
};
const known_case<batch_hard_triplet_case> row;

}  // namespace
