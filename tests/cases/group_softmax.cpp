// SPDX-License-Identifier: BSD-3-Clause
#include "cases/two_classes.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 1.2 with w = 1 and p = 1 at the positives.
struct group_softmax_case {
  static constexpr const char* name = "group_softmax";
  static constexpr index_t least_samples = 3;
  static constexpr bool scales = true;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) { return draw_two_classes(sizes, draw); }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion{group_softmax{.temperature = given.parameters[0]}, cosine{}};
    found.value = value_and_grad(
        by, criterion, label_targets{.labels = given.labels}, rows[0], rows[0],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[0]}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(reference::unit(rows[0]), reference::unit(rows[0]));
    const table same = reference::same_label(given.labels);
    const long double t = reference::wide(given.parameters[0]);
    long double loss = 0;
    for (index_t i = 0; i < s.rows(); ++i) {
      long double all = 0, positives = 0;
      for (index_t j = 0; j < s.rows(); ++j) {
        if (i == j) continue;
        all += std::exp(s(i, j) / t);
        if (same(i, j) > 0) positives += std::exp(s(i, j) / t);
      }
      if (positives > 0) loss += std::log(all / positives);
    }
    return {loss / static_cast<long double>(s.rows()), 1 / t};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"}};
  }
};
const known_case<group_softmax_case> row;

}  // namespace
