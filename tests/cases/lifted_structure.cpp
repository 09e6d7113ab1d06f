// SPDX-License-Identifier: BSD-3-Clause
#include "cases/two_classes.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16.
struct lifted_structure_case {
  static constexpr const char* name = "lifted_structure";
  static constexpr int temperature = -1;
  static constexpr index_t least_samples = 3;
  static constexpr bool scales = true, has_kinks = true;
  static constexpr double slack = 100;  // distances come from products: an error of eps / distance, then squared

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_classes(sizes, draw);
    given.parameters.clear();
    given.constants = {draw.uniform(-0.2, 0.2), draw.uniform(0.5, 1.5)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const lifted_structure loss{.positive_margin = given.constants[0], .negative_margin = given.constants[1]};
    const objective criterion{loss, negative_distance{mixcon::rows::unit, mixcon::rows::unit}};
    found.value = value_and_grad(by, criterion, label_targets{.labels = given.labels}, rows[0], found.by_rows[0]).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table z = reference::unit(rows[0]);
    const table squared = reference::squared_distances(z, z), same = reference::same_label(given.labels);
    const long double near = reference::wide(given.constants[0]), far = reference::wide(given.constants[1]);
    long double loss = 0, pairs = 0;
    for (index_t a = 0; a < z.rows(); ++a)
      for (index_t p = 0; p < z.rows(); ++p) {
        if (p == a || same(a, p) == 0) continue;
        long double others = 0;
        for (index_t n = 0; n < z.rows(); ++n) {
          if (same(a, n) == 0) others += std::exp(far - std::sqrt(squared(a, n)));
          if (same(p, n) == 0) others += std::exp(far - std::sqrt(squared(p, n)));
        }
        const long double above = others > 0 ? std::log(others) + std::sqrt(squared(a, p)) - near : 0;
        loss += above > 0 ? above * above / 2 : 0, pairs += 1;
      }
    return {pairs > 0 ? loss / pairs : 0, 2};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a margin of infinity", [](loss_arguments& given) { given.constants[1] = HUGE_VAL; }, "negative_margin"},
            {"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"}};
  }
};
const known_case<lifted_structure_case> row;

}  // namespace
