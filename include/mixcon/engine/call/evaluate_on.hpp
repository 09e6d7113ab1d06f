// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// From a public call's arguments to its evaluation: `evaluate_on`, where an executor may bring its own.

#include <mixcon/engine/call/evaluation.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon::detail {

/// The evaluation on the host of a public call's arguments.
template <class Executor, class Objective, class Targets, class Anchors, class Against>
auto evaluate_on_host(const Executor& executor, const char* function, workspace* memory, const Objective& objective,
                      const Targets& targets, const Anchors& anchors, const Against& candidates) {
  using E = element_t<const Anchors>;
  static_assert(!is_on_device<Against> || is_on_device<Anchors>,
                "mixcon: these candidates lie in a device's memory and the anchors in the host's; pass both with one "
                "executor, where it works");
  return evaluation<Executor, Objective, Targets, arguments<E>>(
      executor, objective, targets,
      arguments<E>{function, matrix_view<const E>(view_given<2>(function, "the anchors' rows", anchors)),
                   as_segments(candidates)},
      memory);
}
template <class Executor, class Objective, class Targets, class E>
auto evaluate_on_host(const Executor& executor, const char* function, workspace* memory, const Objective& objective,
                      const Targets& targets, const given_logits<E>& logits) {
  MIXCON_REQUIRE(!logits.is_on_device, function,
                 ": the given logits lie in a device's memory, and this executor works in the host's");
  return evaluation<Executor, Objective, Targets, logits_arguments<E>>(
      executor, objective, targets, logits_arguments<E>{function, logits.values}, memory);
}

/// The evaluation of a public call: the executor's own, where it brings one (core/executor.hpp), or the host's.
template <class Executor, class... Call>
auto evaluate_on(const Executor& executor, const char* function, const in_workspace& in, const Call&... call) {
  workspace* const memory = in.memory;
  if constexpr (requires { executor.evaluate(function, memory, call...); }) {
    return executor.evaluate(function, memory, call...);
  } else {
    static_assert(
        !requires { requires Executor::brings_evaluation; },
        "mixcon: this executor does not take these rows, targets or logits; is the tensor where the executor "
        "works?");
    return evaluate_on_host(executor, function, memory, call...);
  }
}

}  // namespace mixcon::detail

MIXCON_STRICT_FLOATS_END
