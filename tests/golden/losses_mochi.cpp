// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <mixcon/negatives/search/top_k.hpp>
#include <mixcon/negatives/synthetic/mochi.hpp>

#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

/// Integers of any shape, flat.
std::vector<index_t> read_positions(golden_case& of, const std::string& name) {
  std::vector<index_t> positions;
  for (const double x : of.inputs.real(name).data) positions.push_back(static_cast<index_t>(x));
  return positions;
}

template <class T>
void check_mochi(golden_case& of, const named_engine& by) {
  const matrix<T> q = read_matrix<T>(of, "q"), k = read_matrix<T>(of, "k"), queue = read_matrix<T>(of, "queue");
  const matrix_view<const T> queries = q.view(), own_keys = k.view(), keys = queue.view();
  auto form = [&](const char* name) { return of.params.flag(name, false) ? rows::unit : rows::as_given; };
  const dot_product similarity{form("normalize_queries"), form("normalize_keys")};
  const mochi_plan plan{read_positions(of, "pair_i"), read_positions(of, "pair_j"), of.inputs.real("alpha").data,
                        read_positions(of, "query_j"), of.inputs.real("beta").data};
  const mochi mixes{.hardest = of.params.count("hardest"),
                    .mixed = static_cast<index_t>(plan.alpha.size()) / q.rows,
                    .query_mixed = static_cast<index_t>(plan.beta.size()) / q.rows};
  const auto hardest = top_k{.k = mixes.hardest}(by, similarity, queries, keys).list;
  const synthetic_negatives mixed(similarity, mixes.mixtures(hardest, plan), queries, own_keys, keys);

  const objective criterion{info_nce{.temperature = of.params.number("temperature")}, similarity};
  const listed_targets targets{mixed.list};
  const auto others = candidates(own(mixed.own_candidates.view()), keys);
  matrix<T> by_q = zeros_like(q);
  auto by_rows = mixed.own_candidates;
  const T value =
      value_and_grad(by, criterion, targets, queries, others, {.anchors = by_q.view(), .candidates = {by_rows.view()}});
  if (!of.params.flag("stop_gradient_synthetic", true)) mixed.add_to_sources(by_rows, {.anchors = by_q.view()});

  const matrix_view<const T> flat{mixed.own_candidates.numbers.data(), {q.rows * mixed.own_candidates.each, q.columns}};
  const auto within = tolerance_of<T>(criterion, every_negative{}, queries, {own_keys, keys, flat});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_q", by_q.numbers, within);
  of.expect("hardest_index", std::vector<index_t>(hardest.key.begin(), hardest.key.end()), 0);
}

const known_loss mochi_kind{"mochi", check_mochi<double>, check_mochi<float>};

}  // namespace
}  // namespace mixcon_golden
