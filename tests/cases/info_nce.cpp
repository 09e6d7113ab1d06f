// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.2, with the factor t / t0: classes attract, every other row repels.
struct info_nce_case {
  static constexpr const char* name = "info_nce";

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
    const objective criterion{info_nce{.temperature = given.parameters[0], .base_temperature = 0.07}, dot_product{}};
    found.value = value_and_grad(
        by, criterion, label_targets{.labels = given.labels}, rows[0], rows[0],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[0]}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(rows[0], rows[0]);
    const double t = given.parameters[0];
    return {reference::supcon_out(s, reference::same_label(given.labels), t) * reference::wide(t) / 0.07L,
            largest_entry(s) / reference::wide(t)};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"},
            {"no rows",
             [](loss_arguments& given) {
               given.rows[0] = {0, 3};
             },
             "0"}};
  }
};
const known_case<info_nce_case> row;

}  // namespace
