// SPDX-License-Identifier: BSD-3-Clause
#include "formula.hpp"
#include "runners.hpp"

#include <mixcon/engine/given_logits.hpp>

namespace mixcon_python {

namespace {

template <class E>
answer run_logits(const request& call) {
  using T = accumulate_t<E>;
  answer to;
  const tiled engine{call.threads, call.pool};
  const auto objective = objective_of<info_nce, dot_product>(*call.settings);
  const auto values = view_of<const E, 2>(call.arrays[0]);
  const given_logits logits{values};
  loss_result<T> found;
  if (wants_gradients(call)) {
    gradients<T> wanted = gradients_of<T>(call, to);
    if (call.gradients.at(0)) wanted.logits = view_of<T, 2>(call.gradients[0]);
    found = value_and_grad(engine, objective, *call.targets, logits, wanted);
  } else {
    saved_statistics<std::remove_const_t<decltype(objective)>, T> saved;
    found = forward(engine, objective, *call.targets, logits, saved);
  }
  to.value = static_cast<double>(found.value), to.anchors_used = found.anchors_used;
  return to;
}

answer run(const request& call) {
  return for_element(call, []<class E>(const request& c) { return run_logits<E>(c); });
}

}  // namespace

runner runner_of_logits() { return &run; }

}  // namespace mixcon_python
