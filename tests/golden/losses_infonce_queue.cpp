// SPDX-License-Identifier: BSD-3-Clause
#include "golden/loss_checks.hpp"

#include <mixcon/losses/moco.hpp>

#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
void check_queue(golden_case& of, const named_engine& by) {
  const matrix<T> q = read_matrix<T>(of, "q"), k = read_matrix<T>(of, "k"), queue = read_matrix<T>(of, "queue");
  objective criterion = moco(of.params.number("temperature"));
  criterion.similarity = read_similarity(of);
  matrix<T> by_q = zeros_like(q), by_k = zeros_like(k), by_queue = zeros_like(queue);
  const auto keys = k.view(), others = queue.view();
  const T value = value_and_grad(by, criterion, queue_targets{}, q.view(), candidates(own(keys), others),
                                 {.anchors = by_q.view(), .candidates = {by_k.view(), by_queue.view()}});
  const auto every = targets_of([](index_t, index_t) { return negative_pair(); });
  const tolerance within = tolerance_of<T>(criterion, every, q.view(), {keys, others});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_q", by_q.numbers, within);
  expect_gradient(of, "grad_k", by_k.numbers, within);
  expect_gradient(of, "grad_queue", by_queue.numbers, within);
}

template <class T>
void check_moco_v3(golden_case& of, const named_engine& by) {
  const matrix<T> q = read_matrix<T>(of, "q"), k = read_matrix<T>(of, "k");
  if (!of.params.flag("normalize", true)) throw std::runtime_error("moco_v3 without unit rows");
  const objective criterion = moco_v3(of.params.number("temperature"));
  matrix<T> by_q = zeros_like(q), by_k = zeros_like(k);
  const T value = value_and_grad(by, criterion, diagonal_targets{}, q.view(), k.view(),
                                 {.anchors = by_q.view(), .candidates = {by_k.view()}});
  const tolerance within = tolerance_of<T>(criterion, diagonal_targets{}, q.view(), {k.view()});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_q", by_q.numbers, within);
  expect_gradient(of, "grad_k", by_k.numbers, within);
}

const known_loss queue_kind{"info_nce_queue", check_queue<double>, check_queue<float>};
const known_loss moco_v3_kind{"moco_v3", check_moco_v3<double>, check_moco_v3<float>};

}  // namespace
}  // namespace mixcon_golden
