// SPDX-License-Identifier: BSD-3-Clause
#include "cases/two_classes.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16. Constants: margin, whether soft, which triplets, mining margin.
struct triplet_margin_case {
  static constexpr const char* name = "triplet_margin";
  static constexpr int temperature = -1;
  static constexpr index_t least_samples = 3;
  static constexpr bool scales = true, has_kinks = true;
  static constexpr index_t benchmark_samples = 512;
  static constexpr double slack = 100;  // distances come from products: an error of eps / distance

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_classes(sizes, draw);
    given.parameters.clear();
    given.constants = {draw.uniform(0.05, 0.5), draw.chance(0.3) ? 1.0 : 0.0, static_cast<double>(draw.below(3)),
                       draw.uniform(0.1, 0.6)};
    return given;
  }

  static triplet_margin loss_of(const loss_arguments& given) {
    return {.margin = given.constants[0],
            .soft = given.constants[1] != 0,
            .mined = given.constants[2] == 0   ? triplets::all
                     : given.constants[2] == 1 ? triplets::hard
                                               : triplets::semi_hard,
            .mining_margin = given.constants[3]};
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion{loss_of(given), negative_distance{mixcon::rows::unit, mixcon::rows::unit}};
    found.value = value_and_grad(by, criterion, label_targets{.labels = given.labels}, rows[0], found.by_rows[0]).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& constant) {
    const table now = reference::unit(rows[0]), then = reference::unit(constant[0]);
    const table d = reference::squared_distances(now, now), mined = reference::squared_distances(then, then);
    const table same = reference::same_label(given.labels);
    const long double margin = reference::wide(given.constants[0]), band = reference::wide(given.constants[3]);
    long double loss = 0, number = 0;
    for (index_t a = 0; a < d.rows(); ++a)
      for (index_t p = 0; p < d.rows(); ++p)
        for (index_t n = 0; n < d.rows(); ++n) {
          if (p == a || same(a, p) == 0 || same(a, n) != 0) continue;
          const long double gap = std::sqrt(mined(a, n)) - std::sqrt(mined(a, p));
          if (given.constants[2] == 1 && gap > 0) continue;
          if (given.constants[2] == 2 && (gap <= 0 || gap > band)) continue;
          const long double above = std::sqrt(d(a, p)) - std::sqrt(d(a, n)) + margin;
          const long double term = given.constants[1] != 0 ? std::log1p(std::exp(above)) : above > 0 ? above : 0;
          loss += term, number += term > 0 ? 1 : 0;
        }
    return {number > 0 ? loss / number : 0, 2};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a margin of NaN", [](loss_arguments& given) { given.constants[0] = std::nan(""); }, "margin is nan"},
            {"a mining margin below 0", [](loss_arguments& given) { given.constants[3] = -1; }, "mining_margin -1"}};
  }
};
const known_case<triplet_margin_case> row;

}  // namespace
