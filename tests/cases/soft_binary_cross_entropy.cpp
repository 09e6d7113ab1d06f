// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// mixing.md 7.8. Rows: logits (N, K). Constants: the weight of absent classes, then the soft labels.
struct soft_binary_cross_entropy_case {
  static constexpr const char* name = "soft_binary_cross_entropy";
  static constexpr int temperature = -1;
  static constexpr bool rotates = false, permutes = false;  // logits have axes; constants are not one a sample
  static constexpr index_t least_samples = 1;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    const index_t classes = sizes.classes + 1;
    given.rows = {random_embeddings<double>(sizes.samples, classes, draw)};
    given.constants = {draw.uniform(0.1, 2)};
    for (index_t k = 0; k < sizes.samples * classes; ++k)
      given.constants.push_back(draw.chance(0.5) ? 0 : draw.uniform(0, 1));
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    matrix<double> soft(rows[0].rows(), rows[0].width());
    for (std::size_t k = 0; k < soft.entries().size(); ++k) soft.entries()[k] = given.constants[k + 1];
    gradients<T> wanted;
    wanted.logits = view(found.by_rows[0]);
    const soft_binary_cross_entropy loss{.absent_weight = given.constants[0]};
    found.value = value_and_grad(by, loss, soft, given_logits{rows[0]}, wanted).value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    long double loss = 0;
    for (std::size_t k = 0; k < rows[0].entries().size(); ++k) {
      const long double x = rows[0].entries()[k], t = reference::wide(given.constants[k + 1]);
      const long double log_sum = x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
      loss += (t == 0 ? reference::wide(given.constants[0]) : 1) * (log_sum - t * x);
    }
    return {loss / static_cast<long double>(rows[0].rows()), largest_entry(rows[0])};
  }

  static std::vector<refused_argument> refusals() {
    return {{"a label of 2", [](loss_arguments& given) { given.constants[1] = 2; }, "soft label (0, 0) is 2"},
            {"a weight of -1", [](loss_arguments& given) { given.constants[0] = -1; }, "absent_weight is -1"}};
  }
};
const known_case<soft_binary_cross_entropy_case> row;

}  // namespace
