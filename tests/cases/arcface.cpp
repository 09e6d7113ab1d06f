// SPDX-License-Identifier: BSD-3-Clause
#include "cases/proxies.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16. Constants: scale, margin.
struct arcface_case {
  static constexpr const char* name = "arcface";
  static constexpr int temperature = -1;
  static constexpr bool scales = true, has_kinks = true;
  static constexpr double slack = 30;  // the sine of an angle comes from its cosine

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_proxies(sizes, draw);
    given.constants = {draw.uniform(2, 30), draw.uniform(0, 1.5)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion{arcface{.scale = given.constants[0], .margin = given.constants[1]}, cosine{}};
    found.value = value_and_grad(by, criterion, class_targets{.labels = given.labels}, rows[0], rows[1],
                                 {.anchors = found.by_rows[0], .candidates = {found.by_rows[1]}});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const long double scale = reference::wide(given.constants[0]), margin = reference::wide(given.constants[1]);
    const long double pi = 3.14159265358979323846L;
    table logits = reference::products(reference::unit(rows[0]), reference::unit(rows[1]));
    for (index_t i = 0; i < logits.rows(); ++i) {
      long double& own = logits(i, given.labels[static_cast<std::size_t>(i)]);
      const long double angle = std::acos(std::clamp(own, -1.0L, 1.0L));
      own = angle <= pi - margin ? std::cos(angle + margin) : own - margin * std::sin(margin);
    }
    for (long double& x : logits.entries()) x *= scale;
    return {class_cross_entropy(logits, given.labels), scale};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a margin in degrees", [](loss_arguments& given) { given.constants[1] = 28.6; }, "margin is 28.6"},
            {"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"},
            {"a label beyond the classes", [](loss_arguments& given) { given.labels[0] = 99; }, "label 0 is 99"}};
  }
};
const known_case<arcface_case> row;

}  // namespace
