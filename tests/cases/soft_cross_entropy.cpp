// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.10. Rows: logits (N, 4) and soft labels (N, 4), both with gradients.
struct soft_cross_entropy_case {
  static constexpr const char* name = "soft_cross_entropy";
  static constexpr int temperature = -1;
  static constexpr bool rotates = false, is_for_unit_rows = true;  // logits and labels have axes; labels are >= 0
  static constexpr index_t least_samples = 1;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    const index_t classes = sizes.classes + 1;
    given.rows = {random_embeddings<double>(sizes.samples, classes, draw), matrix<double>(sizes.samples, classes)};
    for (double& t : given.rows[1].entries()) t = draw.uniform(0.05, 1);
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    gradients<T> wanted;
    wanted.logits = view(found.by_rows[0]), wanted.targets = view(found.by_rows[1]);
    found.value =
        value_and_grad(by, soft_cross_entropy(), matrix_targets{rows[1]}, given_logits{rows[0]}, wanted).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& /*given*/, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table all(rows[0].rows(), rows[0].width(), 1);
    long double loss = 0;
    for (index_t i = 0; i < rows[0].rows(); ++i)
      for (index_t c = 0; c < rows[0].width(); ++c)
        loss += rows[1](i, c) * (reference::log_partition(rows[0], all, i) - rows[0](i, c));
    return {loss / static_cast<long double>(rows[0].rows()), largest_entry(rows[0])};
  }

  static std::vector<refused_argument> refusals() {
    return {
        {"a negative label", [](loss_arguments& given) { given.rows[1](0, 0) = -1; }, "target (0, 0) is -1"},
        {"labels for more samples",
         [](loss_arguments& given) { given.rows[1] = matrix<double>(9, given.rows[0].width(), 1); }, "targets are (9"}};
  }
};
const known_case<soft_cross_entropy_case> row;

}  // namespace
