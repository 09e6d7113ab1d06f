// SPDX-License-Identifier: BSD-3-Clause
#include "cases/loss_case.hpp"
#include "support/reference.hpp"

using namespace mixcon;
using namespace mixcon_test;

namespace {

/// losses.md 2.13: queries, their keys and a queue; two mixtures a query, of two rows of the queue and of one with the
/// query, with gradients through the mixtures. Which rows are the hardest is `top_k`'s test, not this row's.
struct mochi_case {
  static constexpr const char* name = "mochi";
  static constexpr bool scales = true, permutes = false;  // the list names rows by their place
  static constexpr index_t hardest = 2;

  static loss_arguments draw(const case_sizes& sizes, random_numbers& draw) {
    loss_arguments given = draw_two_views(sizes, draw);
    given.rows.push_back(random_embeddings<double>(sizes.samples, sizes.width, draw));
    given.constants = {draw.uniform(0, 1), draw.uniform(0, 0.5)};  // alpha, beta
    return given;
  }

  template <class T>
  static loss_answer<T> answer(const any_engine& by, const loss_arguments& given, const std::vector<matrix<T>>& rows) {
    loss_answer<T> found = room_for(given, rows);
    const index_t queries = rows[0].rows(), queue = rows[2].rows();
    negative_list list(queries, hardest);
    mochi_plan plan;
    for (index_t i = 0; i < queries; ++i) {
      for (index_t s = 0; s < hardest; ++s) list.put(i, s, (i + s) % queue);
      plan.first.push_back(0), plan.second.push_back(1), plan.alpha.push_back(given.constants[0]);
      plan.key.push_back(1), plan.beta.push_back(given.constants[1]);
    }
    const mochi mixes{.hardest = hardest, .mixed = 1, .query_mixed = 1};
    const synthetic_negatives mixed(cosine{}, mixes.mixtures(list, plan), rows[0], rows[1], rows[2]);
    auto by_rows = mixed.own_candidates;
    const objective criterion{info_nce{.temperature = given.parameters[0]}, cosine{}};
    found.value = value_and_grad(by, criterion, listed_targets{mixed.list}, rows[0],
                                 candidates(own(mixed.own_candidates.view()), rows[2]),
                                 {.anchors = found.by_rows[0],
                                  .candidates = {by_rows.view(), found.by_rows[2]},
                                  .temperature = &found.by_parameters[0]});
    mixed.add_to_sources(by_rows, {view<2>(found.by_rows[0]), view<2>(found.by_rows[1]), view<2>(found.by_rows[2])});
    return found;
  }

  static reference_answer reference(const loss_arguments& given, const std::vector<table>& rows,
                                    const std::vector<table>& /*constant*/) {
    const table q = reference::unit(rows[0]), k = reference::unit(rows[1]), n = reference::unit(rows[2]);
    const long double t = static_cast<long double>(given.parameters[0]);
    const long double alpha = static_cast<long double>(given.constants[0]);
    const long double beta = static_cast<long double>(given.constants[1]);
    long double loss = 0;
    for (index_t i = 0; i < q.rows(); ++i) {
      const index_t first = i % n.rows(), second = (i + 1) % n.rows();
      table mixed(2, q.width());
      for (index_t x = 0; x < q.width(); ++x) {
        mixed(0, x) = alpha * n(first, x) + (1 - alpha) * n(second, x);
        mixed(1, x) = beta * q(i, x) + (1 - beta) * n(second, x);
      }
      const table h = reference::unit(mixed);
      auto logit = [&](const table& with, index_t row) {
        long double sum = 0;
        for (index_t x = 0; x < q.width(); ++x) sum += q(i, x) * with(row, x);
        return sum / t;
      };
      long double partition = std::exp(logit(k, i));
      for (index_t j = 0; j < n.rows(); ++j) partition += std::exp(logit(n, j));
      for (index_t s = 0; s < 2; ++s)
        if (reference::products(mixed, mixed)(s, s) >= 1e-12L) partition += std::exp(logit(h, s));
      loss += std::log(partition) - logit(k, i);
    }
    return {loss / static_cast<long double>(q.rows()), 1 / t};
  }

  static std::vector<refused_argument> refusals() { return {}; }
};
const known_case<mochi_case> row;

}  // namespace
