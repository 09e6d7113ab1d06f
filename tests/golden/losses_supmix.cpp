// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"
#include "golden/loss_rows.hpp"

#include <mixcon/losses/supmix.hpp>
#include <mixcon/losses/un_mix_loss.hpp>

#include <utility>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
void check_supmix(golden_case& of, const named_engine& by) {
  const matrix<T> z = read_matrix<T>(of, "z"), rows = one_above_other(z, read_matrix<T>(of, "z_mix"));
  const std::vector<index_t> labels = of.inputs.indices("labels");
  const objective criterion{read_info_nce(of), read_similarity(of)};
  const supmix_targets targets{.labels = labels, .lambda = of.params.number("lam")};
  matrix<T> gradient = zeros_like(rows);
  const T value = value_and_grad(by, criterion, targets, rows.view(), gradient.view());
  const auto within = tolerance_of<T>(criterion, targets, rows.view(), {rows.view()});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_z", numbers_of_rows(gradient, 0, z.rows), within);
  expect_gradient(of, "grad_z_mix", numbers_of_rows(gradient, z.rows, z.rows), within);
}

template <class T>
void check_un_mix(golden_case& of, const named_engine& by) {
  const matrix<T> q = read_matrix<T>(of, "q"), queries = one_above_other(q, read_matrix<T>(of, "q_mix"));
  const matrix<T> keys = read_matrix<T>(of, "k"), queue = read_matrix<T>(of, "queue");
  const un_mix_batch<T> batch(keys.view(), of.params.number("lam"), of.params.number("clean_weight"));
  const auto form = [&](const char* name) { return of.params.flag(name, false) ? rows::unit : rows::as_given; };
  objective criterion{un_mix_loss{.temperature = of.params.number("temperature"), .lambda = view(batch.lambda)},
                      dot_product{.anchors = form("normalize_queries"), .candidates = form("normalize_keys")}};
  criterion.reduce = reduction::weighted;
  criterion.weights = view(batch.weights);
  matrix<T> gradient = zeros_like(queries);
  const auto own_keys = batch.own_keys();
  const auto negatives = queue.view();
  const T value = value_and_grad(by, criterion, un_mix_targets{}, queries.view(), candidates(own(own_keys), negatives),
                                 {.anchors = gradient.view()});
  const auto every = targets_of([](index_t, index_t) { return negative_pair(); });
  tolerance within = tolerance_of<T>(criterion, every, queries.view(), {negatives, keys.view()});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_q", numbers_of_rows(gradient, 0, q.rows), within);
  expect_gradient(of, "grad_q_mix", numbers_of_rows(gradient, q.rows, q.rows), within);
}

const known_loss supmix_kind{"supmix", check_supmix<double>, check_supmix<float>};
const known_loss unmix_kind{"unmix", check_un_mix<double>, check_un_mix<float>};

}  // namespace
}  // namespace mixcon_golden
