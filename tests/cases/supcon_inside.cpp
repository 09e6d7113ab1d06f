// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.2, L_in.
struct supcon_inside_case {
  static constexpr const char* name = "supcon_inside";
  static constexpr bool scales = true;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    given.rows = {random_embeddings<double>(sizes.samples, sizes.width, draw)};
    given.labels = random_labels(sizes.samples, sizes.classes, draw);
    given.labels[1] = given.labels[0];
    given.parameters = {draw.uniform(0.2, 1)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion{supcon_inside{.temperature = given.parameters[0]}, cosine{}};
    found.value = value_and_grad(
        by, criterion, label_targets{.labels = given.labels}, rows[0], rows[0],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[0]}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(reference::unit(rows[0]), reference::unit(rows[0]));
    return {reference::supcon_in(s, reference::same_label(given.labels), given.parameters[0]),
            1 / reference::wide(given.parameters[0])};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"}};
  }
};
const known_case<supcon_inside_case> row;

}  // namespace
