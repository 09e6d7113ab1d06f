// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// mixing.md 7.8. Rows: logits (N, 5). Constants: both weights, then lambda (N).
struct decoupled_mixup_case {
  static constexpr const char* name = "decoupled_mixup";
  static constexpr int temperature = -1;
  static constexpr bool rotates = false, permutes = false;  // logits have axes; constants are not one a sample
  static constexpr index_t least_samples = 1;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    const index_t classes = sizes.classes + 2;
    given.rows = {random_embeddings<double>(sizes.samples, classes, draw)};
    given.constants = {draw.uniform(0, 1), draw.uniform(0, 1)};
    given.labels = random_labels(sizes.samples, classes, draw);
    for (index_t i = 0; i < sizes.samples; ++i) {
      given.partner.push_back(draw.below(classes));  // the partner's class
      given.constants.push_back(draw.uniform(0, 1));
    }
    return given;
  }
  static pair_targets pairs(const loss_arguments& given) {
    pair_targets found;
    found.own.assign(given.labels.begin(), given.labels.end());
    found.partner = given.partner;
    found.lambda.assign(given.constants.begin() + 2, given.constants.end());
    return found;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    gradients<T> wanted;
    wanted.logits = view(found.by_rows[0]);
    found.value = value_and_grad(by, decoupled_mixup{given.constants[0], given.constants[1]}, pairs(given),
                                 given_logits{rows[0]}, wanted)
                      .value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const pair_targets targets = pairs(given);
    long double loss = 0;
    for (index_t i = 0; i < rows[0].rows(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      const index_t a = targets.own[at], b = targets.partner[at];
      const long double lambda = reference::wide(targets.lambda[at]);
      const auto without = [&](index_t hidden, index_t label) {
        table seen(rows[0].rows(), rows[0].width(), 1);
        if (hidden >= 0) seen(i, hidden) = 0;
        return reference::log_partition(rows[0], seen, i) - rows[0](i, label);
      };
      loss += lambda * without(-1, a) + (1 - lambda) * without(-1, b);
      if (a != b)
        loss +=
            reference::wide(given.constants[0]) * without(b, a) + reference::wide(given.constants[1]) * without(a, b);
    }
    return {loss / static_cast<long double>(rows[0].rows()), largest_entry(rows[0])};
  }

  static std::vector<refused_argument> refusals() {
    return {{"lambda 2", [](loss_arguments& given) { given.constants[2] = 2; }, "lambda 0 is 2"},
            {"a label too large", [](loss_arguments& given) { given.labels[0] = 99; }, "a label of sample 0 is 99"}};
  }
};
const known_case<decoupled_mixup_case> row;

}  // namespace
