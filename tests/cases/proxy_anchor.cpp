// SPDX-License-Identifier: BSD-3-Clause
#include "cases/proxies.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.16. Constants: alpha, margin.
struct proxy_anchor_case {
  static constexpr const char* name = "proxy_anchor";
  static constexpr int temperature = -1;
  static constexpr bool scales = true;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_proxies(sizes, draw);
    given.constants = {draw.uniform(2, 32), draw.uniform(0, 0.3)};
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion{proxy_anchor{.alpha = given.constants[0], .margin = given.constants[1]}, cosine{}};
    found.value = value_and_grad(by, criterion, member_targets{.labels = given.labels}, rows[1], rows[0],
                                 {.anchors = found.by_rows[1], .candidates = {found.by_rows[0]}});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table s = reference::products(reference::unit(rows[1]), reference::unit(rows[0]));
    const long double alpha = reference::wide(given.constants[0]), margin = reference::wide(given.constants[1]);
    long double pull = 0, push = 0, present = 0;
    for (index_t c = 0; c < s.rows(); ++c) {
      long double positives = 0, negatives = 0;
      for (index_t i = 0; i < s.width(); ++i) {
        if (given.labels[static_cast<std::size_t>(i)] == static_cast<int>(c))
          positives += std::exp(-alpha * (s(c, i) - margin));
        else
          negatives += std::exp(alpha * (s(c, i) + margin));
      }
      pull += std::log1p(positives), push += std::log1p(negatives), present += positives > 0 ? 1 : 0;
    }
    return {pull / present + push / static_cast<long double>(s.rows()), alpha * (1 + margin)};
  }

  static std::vector<refused_argument> refusals() {
    return {{"an alpha of NaN", [](loss_arguments& given) { given.constants[0] = std::nan(""); }, "alpha is nan"},
            {"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"},
            {"a label beyond the classes", [](loss_arguments& given) { given.labels[0] = 99; }, "label 0 is 99"}};
  }
};
const known_case<proxy_anchor_case> row;

}  // namespace
