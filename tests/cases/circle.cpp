// SPDX-License-Identifier: BSD-3-Clause
#include "cases/two_classes.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16. Constants: margin, gamma. The weights of pairs are constant.
struct circle_case {
  static constexpr const char* name = "circle";
  static constexpr int temperature = -1;
  static constexpr index_t least_samples = 3;
  static constexpr bool scales = true, has_kinks = true;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_classes(sizes, draw);
    given.parameters.clear();
    given.constants = {draw.uniform(0.1, 0.5), draw.uniform(1, 40)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const circle loss{.margin = given.constants[0], .gamma = given.constants[1]};
    found.value =
        value_and_grad(by, objective{loss, cosine{}}, label_targets{.labels = given.labels}, rows[0], found.by_rows[0]);
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& constant) {
    const table s = reference::products(reference::unit(rows[0]), reference::unit(rows[0]));
    const table held = reference::products(reference::unit(constant[0]), reference::unit(constant[0]));
    const table same = reference::same_label(given.labels);
    const long double m = reference::wide(given.constants[0]), gamma = reference::wide(given.constants[1]);
    long double loss = 0, number = 0;
    for (index_t i = 0; i < s.rows(); ++i) {
      long double positives = 0, negatives = 0;
      for (index_t j = 0; j < s.rows(); ++j) {
        if (same(i, j) > 0 && i != j)
          positives += std::exp(-gamma * std::max(0.0L, 1 + m - held(i, j)) * (s(i, j) - 1 + m));
        if (same(i, j) == 0) negatives += std::exp(gamma * std::max(0.0L, held(i, j) + m) * (s(i, j) - m));
      }
      if (positives == 0 || negatives == 0) continue;
      loss += std::log1p(positives * negatives), number += 1;
    }
    return {number > 0 ? loss / number : 0, gamma * (2 + m) * (2 - m)};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a gamma of NaN", [](loss_arguments& given) { given.constants[1] = std::nan(""); }, "gamma is nan"},
            {"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"}};
  }
};
const known_case<circle_case> row;

}  // namespace
