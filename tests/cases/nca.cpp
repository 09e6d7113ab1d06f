// SPDX-License-Identifier: BSD-3-Clause
#include "cases/two_classes.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16, NCA. Parameter: scale.
struct nca_case {
  static constexpr const char* name = "nca";
  static constexpr int temperature = -1;
  static constexpr index_t least_samples = 3;
  static constexpr bool scales = true;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_classes(sizes, draw);
    given.parameters = {draw.uniform(0.5, 5)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    found.value = value_and_grad(
        by, nca(given.parameters[0]), label_targets{.labels = given.labels}, rows[0], rows[0],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[0]}, .scale = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table z = reference::unit(rows[0]);
    const table d = reference::squared_distances(z, z), same = reference::same_label(given.labels);
    const long double scale = reference::wide(given.parameters[0]);
    long double loss = 0;
    for (index_t i = 0; i < d.rows(); ++i) {
      long double all = 0, positives = 0;
      for (index_t j = 0; j < d.rows(); ++j) {
        if (i == j) continue;
        all += std::exp(-scale * d(i, j));
        if (same(i, j) > 0) positives += std::exp(-scale * d(i, j));
      }
      if (positives > 0) loss += std::log(all / positives);
    }
    return {loss / static_cast<long double>(d.rows()), 4 * scale};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a scale of 0", [](loss_arguments& given) { given.parameters[0] = 0; }, "scale is 0"},
            {"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"}};
  }
};
const known_case<nca_case> row;

}  // namespace
