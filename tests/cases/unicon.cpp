// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.3 (A): two views of z against their universum rows u.
struct unicon_case {
  static constexpr const char* name = "unicon";
  static constexpr bool permutes = false;  // the views stand in one matrix

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    for (int part = 0; part < 2; ++part)
      given.rows.push_back(random_embeddings<double>(2 * sizes.samples, sizes.width, draw));
    given.labels = random_labels(sizes.samples, sizes.classes, draw);
    given.parameters = {draw.uniform(0.2, 1)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion{info_nce{.temperature = given.parameters[0], .base_temperature = 0.1}, dot_product{}};
    found.value = value_and_grad(
        by, criterion, unicon_targets(given.labels), rows[0], rows[1],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[1]}, .temperature = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(rows[0], rows[1]);
    const double t = given.parameters[0];
    return {reference::unicon(s, given.labels, t) * reference::wide(t) / 0.1L, largest_entry(s) / reference::wide(t)};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a universum row too few",
             [](loss_arguments& given) { given.rows[1] = rows_of(given.rows[1], 0, given.rows[1].rows() - 1); },
             "candidates"},
            {"universum rows of another width",
             [](loss_arguments& given) {
               given.rows[1] = {given.rows[1].rows(), 2};
             },
             "width"}};
  }
};
const known_case<unicon_case> row;

}  // namespace
