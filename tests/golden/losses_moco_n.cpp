// SPDX-License-Identifier: BSD-3-Clause
// The kind moco_n of losses_imix.json.
#include "golden/loss_checks.hpp"

#include <mixcon/bridge/mixed_targets.hpp>
#include <mixcon/losses/moco.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>

#include <numeric>
#include <vector>

namespace mixcon_golden {
namespace {

using namespace mixcon;

template <class T>
void check_moco_n(golden_case& of, const named_engine& by) {
  const matrix<T> q = read_matrix<T>(of, "q"), k = read_matrix<T>(of, "k"), queue = read_matrix<T>(of, "queue");
  if (!of.params.flag("normalize", true)) throw std::runtime_error("moco_n without unit rows");
  const objective criterion = moco_n(of.params.number("temperature"));
  mix_plan<interpolated> plan{std::vector<index_t>(static_cast<std::size_t>(q.rows)), {1}, {}};
  std::iota(plan.partner.begin(), plan.partner.end(), index_t{0});
  if (of.inputs.has("lam")) plan = {of.inputs.indices("index"), of.inputs.real("lam").data, {}};
  const mixed_targets own_keys{diagonal_targets{}, plan};
  matrix<T> by_q = zeros_like(q);
  const auto keys = k.view(), others = queue.view();
  T value{};
  if (queue.rows > 0)
    value = value_and_grad(by, criterion, segments(own_keys, every_negative{}), q.view(),
                           candidates(as_unit(keys), as_given(others)), {.anchors = by_q.view()});
  else
    value = value_and_grad(by, criterion, own_keys, q.view(), candidates(as_unit(keys)), {.anchors = by_q.view()});
  const auto every = targets_of([](index_t, index_t) { return negative_pair(); });
  const tolerance within = queue.rows > 0 ? tolerance_of<T>(criterion, every, q.view(), {others, keys})
                                          : tolerance_of<T>(criterion, every, q.view(), {keys});
  expect_loss(of, value, within);
  expect_gradient(of, "grad_q", by_q.numbers, within);
}

const known_loss moco_n_kind{"moco_n", check_moco_n<double>, check_moco_n<float>};

}  // namespace
}  // namespace mixcon_golden
