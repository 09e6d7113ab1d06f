// SPDX-License-Identifier: BSD-3-Clause
#include "cases/two_classes.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16. Constants: attract, repel, base.
struct multi_similarity_case {
  static constexpr const char* name = "multi_similarity";
  static constexpr int temperature = -1;
  static constexpr index_t least_samples = 3;
  static constexpr bool scales = true;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_classes(sizes, draw);
    given.parameters.clear();
    given.constants = {draw.uniform(1, 5), draw.uniform(1, 50), draw.uniform(-0.5, 1)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const multi_similarity loss{.attract = given.constants[0], .repel = given.constants[1], .base = given.constants[2]};
    found.value =
        value_and_grad(by, objective{loss, cosine{}}, label_targets{.labels = given.labels}, rows[0], found.by_rows[0]);
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(reference::unit(rows[0]), reference::unit(rows[0]));
    const table same = reference::same_label(given.labels);
    const long double attract = reference::wide(given.constants[0]), repel = reference::wide(given.constants[1]),
                      base = reference::wide(given.constants[2]);
    long double loss = 0;
    for (index_t i = 0; i < s.rows(); ++i) {
      long double positives = 0, negatives = 0;
      for (index_t j = 0; j < s.rows(); ++j) {
        if (same(i, j) > 0 && i != j) positives += std::exp(-attract * (s(i, j) - base));
        if (same(i, j) == 0) negatives += std::exp(repel * (s(i, j) - base));
      }
      loss += std::log1p(positives) / attract + std::log1p(negatives) / repel;
    }
    return {loss / static_cast<long double>(s.rows()), std::max(attract, repel) * (1 + std::fabs(base))};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a factor of NaN", [](loss_arguments& given) { given.constants[0] = std::nan(""); }, "attract is nan"},
            {"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"}};
  }
};
const known_case<multi_similarity_case> row;

}  // namespace
