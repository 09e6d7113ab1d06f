// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.9. Rows: features, weights, bias (1, K). Labels: a sample's own class; partner: its partner's class.
/// Constants: the axis, whether duplicates are hidden, then lambda (N).
struct infinite_class_mixup_case {
  static constexpr const char* name = "infinite_class_mixup";
  static constexpr int temperature = -1;
  static constexpr bool rotates = false, permutes = false;  // the bias has axes; constants are not one a sample

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given;
    const index_t classes = sizes.classes;
    given.rows = {random_embeddings<double>(sizes.samples + 1, sizes.width, draw),
                  random_embeddings<double>(classes, sizes.width, draw), random_embeddings<double>(1, classes, draw)};
    given.constants = {static_cast<double>(draw.below(2)) * 2, static_cast<double>(draw.below(2))};  // classes or both
    for (index_t i = 0; i <= sizes.samples; ++i) {
      given.labels.push_back(static_cast<int>(i % classes));  // every class is in use
      given.partner.push_back(draw.below(classes));
      given.constants.push_back(draw.uniform(0.1, 1));
    }
    given.labels.back() = given.labels.front();  // a duplicate
    given.partner.back() = given.partner.front();
    given.constants.back() = given.constants[2];
    return given;
  }
  static pair_targets pairs(const loss_arguments& given) {
    pair_targets found;
    found.own.assign(given.labels.begin(), given.labels.end());
    found.partner = given.partner;
    found.lambda.assign(given.constants.begin() + 2, given.constants.end());
    return found;
  }

  static void usual(loss_arguments& given) { given.constants[0] = 2, given.constants[1] = 0; }  // both, all seen

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    infinite_class_mixup loss{.softmax_over =
                                  static_cast<infinite_class_mixup::axis>(static_cast<int>(given.constants[0]))};
    if (given.constants[1] != 0) loss.same_classifiers = infinite_class_mixup::duplicates::hide;
    found.value = value_and_grad(by, loss, pairs(given), rows[0], rows[1], rows[2].entries(),
                                 {.features = view(found.by_rows[0]),
                                  .weight = view(found.by_rows[1]),
                                  .bias = view(found.by_rows[2].entries())})
                      .value;
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const pair_targets targets = pairs(given);
    const index_t samples = rows[0].rows();
    const table of_class = reference::products(rows[0], rows[1]);
    table m(samples, samples), seen(samples, samples, 1), turned = m, seen_turned = seen;
    for (index_t j = 0; j < samples; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const long double lambda = reference::wide(targets.lambda[at]);
      const index_t a = targets.own[at], b = targets.partner[at];
      for (index_t i = 0; i < samples; ++i) {
        m(i, j) = lambda * (of_class(i, a) + rows[2](0, a)) + (1 - lambda) * (of_class(i, b) + rows[2](0, b));
        turned(j, i) = m(i, j);
        const auto other = static_cast<std::size_t>(i);
        const bool plain = a == b && targets.own[other] == targets.partner[other] && targets.own[other] == a;
        const bool same = plain || (targets.own[other] == a && targets.partner[other] == b &&
                                    targets.lambda[other] == targets.lambda[at]);
        if (given.constants[1] != 0 && i != j && same) seen(i, j) = seen_turned(j, i) = 0;
      }
    }
    long double loss = 0;
    for (index_t i = 0; i < samples; ++i) {
      loss += reference::log_partition(m, seen, i) - m(i, i);
      if (given.constants[0] == 2) loss += reference::log_partition(turned, seen_turned, i) - m(i, i);
    }
    return {loss / static_cast<long double>(samples), largest_entry(m)};
  }

  static std::vector<refused_argument> refusals() {
    return {{"lambda 2", [](loss_arguments& given) { given.constants[2] = 2; }, "lambda 0 is 2"},
            {"a label too large", [](loss_arguments& given) { given.labels[0] = 9; }, "a label of sample 0 is 9"}};
  }
};
const known_case<infinite_class_mixup_case> row;

}  // namespace
