// SPDX-License-Identifier: BSD-3-Clause
#include "cases/two_classes.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 1.5 (b).
struct nt_xent_per_pair_case {
  static constexpr const char* name = "nt_xent_per_pair";
  static constexpr index_t least_samples = 3;
  static constexpr bool scales = true;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) { return draw_two_classes(sizes, draw); }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const objective criterion{nt_xent_per_pair{.temperature = given.parameters[0]}, cosine{}};
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
    long double loss = 0, pairs = 0;
    for (index_t a = 0; a < s.rows(); ++a)
      for (index_t p = 0; p < s.rows(); ++p) {
        if (p == a || same(a, p) == 0) continue;
        long double others = 0;
        for (index_t n = 0; n < s.rows(); ++n)
          if (same(a, n) == 0) others += std::exp((s(a, n) - s(a, p)) / t);
        loss += std::log1p(others), pairs += 1;
      }
    return {pairs > 0 ? loss / pairs : 0, 1 / t};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a label too few", [](loss_arguments& given) { given.labels.pop_back(); }, "label"}};
  }
};
const known_case<nt_xent_per_pair_case> row;

}  // namespace
