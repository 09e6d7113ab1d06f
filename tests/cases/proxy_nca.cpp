// SPDX-License-Identifier: BSD-3-Clause
#include "cases/proxies.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16. Parameter: scale.
struct proxy_nca_case {
  static constexpr const char* name = "proxy_nca";
  static constexpr int temperature = -1;
  static constexpr bool scales = true;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_proxies(sizes, draw);
    given.parameters = {draw.uniform(0.5, 5)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    found.value = value_and_grad(
        by, proxy_nca(given.parameters[0]), class_targets{.labels = given.labels}, rows[0], rows[1],
        {.anchors = found.by_rows[0], .candidates = {found.by_rows[1]}, .scale = &found.by_parameters[0]});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const long double scale = reference::wide(given.parameters[0]);
    table logits = reference::squared_distances(reference::unit(rows[0]), reference::unit(rows[1]));
    for (long double& x : logits.entries()) x *= -scale;
    return {class_cross_entropy(logits, given.labels), 4 * scale};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a scale of 0", [](loss_arguments& given) { given.parameters[0] = 0; }, "scale is 0"},
            {"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"},
            {"a label beyond the classes", [](loss_arguments& given) { given.labels[0] = 99; }, "label 0 is 99"}};
  }
};
const known_case<proxy_nca_case> row;

}  // namespace
