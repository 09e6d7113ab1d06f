// SPDX-License-Identifier: BSD-3-Clause
#include "executor.hpp"
#include "fields.hpp"
#include "runners.hpp"

#include <mixcon/losses/all_losses.hpp>
#include <mixcon/ranks/aligned.hpp>

namespace mixcon_python {

namespace {

template <class Loss, class E, class Executor>
answer run_paired(const Executor& engine, const request& call) {
  using T = accumulate_t<E>;
  const auto loss = loss_of<Loss>(call.settings->fields);
  const auto first = view_of<const E, 2>(call.arrays[0]), second = view_of<const E, 2>(call.arrays.at(1));
  aligned_gradients<T> wanted{.stop_gradient = call.stop_gradient};
  if (call.gradients.at(0)) wanted.first = view_of<T, 2>(call.gradients[0]);
  if (call.gradients.at(1)) wanted.second = view_of<T, 2>(call.gradients[1]);
  const auto found = [&] {
    if (!wanted.first && !wanted.second && !call.others_want) return forward(engine, loss, first, second);
    return value_and_grad(engine, loss, first, second, wanted);
  }();
  return {static_cast<double>(found.value), found.anchors_used};
}

/// Relational distillation, whose second rows have a width of their own.
template <class E>
answer run_relational(const request& call) {
  using T = accumulate_t<E>;
  const auto loss = loss_of<relational_distillation>(call.settings->fields);
  const auto student = view_of<const E, 2>(call.arrays[0]), teacher = view_of<const E, 2>(call.arrays.at(1));
  aligned_gradients<T> wanted;
  if (call.gradients.at(0)) wanted.first = view_of<T, 2>(call.gradients[0]);
  const auto found = value_and_grad(tiled{call.threads, call.pool}, loss, student, teacher, wanted);
  return {static_cast<double>(found.value), found.anchors_used};
}

template <class Loss>
answer run(const request& call) {
  if constexpr (std::is_same_v<Loss, relational_distillation>)
    return for_element(call, []<class E>(const request& c) { return run_relational<E>(c); });
  else if constexpr (requires { detail::aligned_over_ranks<Loss>::is_unknown; })
    return for_element(call, []<class E>(const request& c) {
      return run_paired<Loss, E>(tiled{c.threads, c.pool}, c);
    });
  else
    return on_executor(
        call, []<class E>(const auto& executor, const request& c) { return run_paired<Loss, E>(executor, c); });
}

}  // namespace

runner runner_of_paired(std::string_view type) {
  runner found = nullptr;
  all_losses::for_each([&](const auto& listed) {
    using loss = typename std::remove_cvref_t<decltype(listed)>::type;
    if constexpr (std::remove_cvref_t<decltype(listed)>::shape == loss_shape::paired)
      if (name_of<loss>() == type) found = &run<loss>;
  });
  return found;
}

bool is_divided_paired(std::string_view type) {
  bool found = false;
  all_losses::for_each([&](const auto& listed) {
    using loss = typename std::remove_cvref_t<decltype(listed)>::type;
    if constexpr (std::remove_cvref_t<decltype(listed)>::shape == loss_shape::paired)
      found = found || (name_of<loss>() == type && !requires { detail::aligned_over_ranks<loss>::is_unknown; });
  });
  return found;
}

}  // namespace mixcon_python
