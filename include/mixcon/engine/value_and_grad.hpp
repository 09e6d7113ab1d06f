// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// The public calls over pairs: forward, backward and value_and_grad of an objective.

#include <mixcon/contrast/doors.hpp>
#include <mixcon/engine/call/evaluate_on.hpp>
#include <mixcon/engine/given_logits.hpp>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

template <class E>
struct computed_in {
  static_assert(Storable<E>, "mixcon: embeddings must be float, double, long double, bfloat16 or half; convert these");
  using type = float;
};
template <Storable E>
struct computed_in<E> {
  using type = accumulate_t<E>;
};

/// The loss of an evaluation, and the gradients that are wanted: by both passes, or by its own function for both.
template <class Evaluation, class T>
auto value_and_set(Evaluation& evaluation, const gradients<T>& wanted) {
  evaluation.check_gradients(wanted);
  if constexpr (requires { evaluation.forward_and_differentiate(wanted); }) {
    return evaluation.forward_and_differentiate(wanted);
  } else {
    if constexpr (loss_result<T> at_once{}; requires { evaluation.set_softmax(wanted, at_once); })
      if (evaluation.set_softmax(wanted, at_once)) return at_once;
    if constexpr (requires { evaluation.keep_products(wanted); }) evaluation.keep_products(wanted);
    auto saved = evaluation.fresh_saved();
    const auto result = evaluation.forward(saved);
    evaluation.differentiate(saved, wanted);
    return result;
  }
}

/// A tensor that takes the gradient of rows computed in T: of rank 2, of Ts that can be written to.
template <class Gradient, class T>
concept TakesGradient = std::is_constructible_v<matrix_view<T>, Gradient&>;

}  // namespace detail

/// The type that rows of this tensor are computed in: float for float, bfloat16 and half; double for double.
template <class Tensor>
using compute_t = typename detail::computed_in<element_t<Tensor>>::type;

/// What `forward` saves for this objective and these rows: `saved_for<decltype(objective), embeddings> saved;`
template <class Objective, class Tensor>
using saved_for = saved_statistics<std::remove_const_t<Objective>, compute_t<Tensor>>;

// Every call may end with a `workspace`: memory that calls leave to the next.

/// The loss of anchors (N, D) against candidates: a matrix (M, D), or segments `candidates(z, u)`. Keeps in `saved`
/// what `backward` needs, O(N) numbers: `saved_for<decltype(objective), embeddings>`, unless the executor says
/// otherwise. Refuses mismatched shapes and bad parameters with one sentence (std::invalid_argument).
template <Executor Engine, Objective Criterion, Targets Pairs, Viewable<2> Anchors, detail::Candidates Against,
          class Saved>
loss_result<compute_t<Anchors>> forward(const Engine& executor, const Criterion& objective, const Pairs& targets,
                                        const Anchors& anchors, const Against& candidates, Saved& saved,
                                        const in_workspace& memory = in_workspace::none()) {
  return detail::evaluate_on(executor, "forward", memory, objective, targets, anchors, candidates).forward(saved);
}
/// The same where anchors and candidates are the same rows, `embeddings` (N, D).
template <Executor Engine, Objective Criterion, Targets Pairs, Viewable<2> Embeddings, class Saved>
requires(!detail::Candidates<Saved>)
loss_result<compute_t<Embeddings>> forward(const Engine& executor, const Criterion& objective, const Pairs& targets,
                                           const Embeddings& embeddings, Saved& saved,
                                           const in_workspace& memory = in_workspace::none()) {
  return forward(executor, objective, targets, embeddings, embeddings, saved, memory);
}

/// Adds `upstream` times the gradients of the loss to the views in `wanted`, after `forward` with the same arguments.
template <Executor Engine, Objective Criterion, Targets Pairs, Viewable<2> Anchors, detail::Candidates Against,
          class Saved>
void backward(const Engine& executor, const Criterion& objective, const Pairs& targets, const Anchors& anchors,
              const Against& candidates, const Saved& saved, double upstream,
              const gradients<compute_t<Anchors>>& wanted, const in_workspace& memory = in_workspace::none()) {
  const auto evaluation = detail::evaluate_on(executor, "backward", memory, objective, targets, anchors, candidates);
  evaluation.check_gradients(wanted);
  evaluation.backward(saved, upstream, wanted);
}
/// The same where anchors and candidates are the same rows: adds both parts to `gradient` (N, D).
template <Executor Engine, Objective Criterion, Targets Pairs, Viewable<2> Embeddings, class Saved,
          Viewable<2> Gradient>
requires(!detail::Candidates<Saved>)
void backward(const Engine& executor, const Criterion& objective, const Pairs& targets, const Embeddings& embeddings,
              const Saved& saved, double upstream, Gradient&& gradient,
              const in_workspace& memory = in_workspace::none()) {
  static_assert(detail::TakesGradient<Gradient, compute_t<Embeddings>>,
                "mixcon: a gradient must be a tensor of rank 2 that can be written to, of the type that its rows are "
                "computed in (float for float, bfloat16 and half rows)");
  if constexpr (detail::TakesGradient<Gradient, compute_t<Embeddings>>)
    backward(executor, objective, targets, embeddings, embeddings, saved, upstream,
             {.anchors = gradient, .candidates = {gradient}}, memory);
}

/// The same, with the gradients by temperature, scale and biases: `{.embeddings = gradient, .temperature = &slope}`.
template <Executor Engine, Objective Criterion, Targets Pairs, Viewable<2> Embeddings, class Saved>
requires(!detail::Candidates<Saved>)
void backward(const Engine& executor, const Criterion& objective, const Pairs& targets, const Embeddings& embeddings,
              const Saved& saved, double upstream, const embedding_gradients<compute_t<Embeddings>>& wanted,
              const in_workspace& memory = in_workspace::none()) {
  backward(executor, objective, targets, embeddings, embeddings, saved, upstream, wanted.both_parts(), memory);
}

/// The loss, and in the views of `wanted` its gradients: sets them. Where anchors are among the candidates, the
/// gradient by one side alone is refused unless `wanted` says `.stop_gradient = true`.
template <Executor Engine, Objective Criterion, Targets Pairs, Viewable<2> Anchors, detail::Candidates Against>
loss_result<compute_t<Anchors>> value_and_grad(const Engine& executor, const Criterion& objective, const Pairs& targets,
                                               const Anchors& anchors, const Against& candidates,
                                               const gradients<compute_t<Anchors>>& wanted,
                                               const in_workspace& memory = in_workspace::none()) {
  auto evaluation = detail::evaluate_on(executor, "value_and_grad", memory, objective, targets, anchors, candidates);
  return detail::value_and_set(evaluation, wanted);
}
/// The same where anchors and candidates are the same rows; `gradient` (N, D) gets both parts.
template <Executor Engine, Objective Criterion, Targets Pairs, Viewable<2> Embeddings, Viewable<2> Gradient>
loss_result<compute_t<Embeddings>> value_and_grad(const Engine& executor, const Criterion& objective,
                                                  const Pairs& targets, const Embeddings& embeddings,
                                                  Gradient&& gradient,
                                                  const in_workspace& memory = in_workspace::none()) {
  static_assert(detail::TakesGradient<Gradient, compute_t<Embeddings>>,
                "mixcon: a gradient must be a tensor of rank 2 that can be written to, of the type that its rows are "
                "computed in (float for float, bfloat16 and half rows)");
  if constexpr (detail::TakesGradient<Gradient, compute_t<Embeddings>>)
    return value_and_grad(executor, objective, targets, embeddings, embeddings,
                          {.anchors = gradient, .candidates = {gradient}}, memory);
  else
    return {};  // no second error after that sentence
}
/// The same, with the gradients by temperature, scale and biases: `{.embeddings = gradient, .temperature = &slope}`.
template <Executor Engine, Objective Criterion, Targets Pairs, Viewable<2> Embeddings>
loss_result<compute_t<Embeddings>> value_and_grad(const Engine& executor, const Criterion& objective,
                                                  const Pairs& targets, const Embeddings& embeddings,
                                                  const embedding_gradients<compute_t<Embeddings>>& wanted,
                                                  const in_workspace& memory = in_workspace::none()) {
  return value_and_grad(executor, objective, targets, embeddings, embeddings, wanted.both_parts(), memory);
}

/// The loss of given logits (N, M) in the place of anchors and candidates.
template <Executor Engine, Objective Criterion, Targets Pairs, class E, class Saved>
loss_result<accumulate_t<E>> forward(const Engine& executor, const Criterion& objective, const Pairs& targets,
                                     const given_logits<E>& logits, Saved& saved,
                                     const in_workspace& memory = in_workspace::none()) {
  return detail::evaluate_on(executor, "forward", memory, objective, targets, logits).forward(saved);
}
/// Adds `upstream` times the gradients by the logits (`.logits`), targets and parameters that are wanted.
template <Executor Engine, Objective Criterion, Targets Pairs, class E, class Saved>
void backward(const Engine& executor, const Criterion& objective, const Pairs& targets, const given_logits<E>& logits,
              const Saved& saved, double upstream, const gradients<accumulate_t<E>>& wanted,
              const in_workspace& memory = in_workspace::none()) {
  const auto evaluation = detail::evaluate_on(executor, "backward", memory, objective, targets, logits);
  evaluation.check_gradients(wanted);
  evaluation.backward(saved, upstream, wanted);
}
/// The loss of given logits, and the gradients that are wanted: sets them.
template <Executor Engine, Objective Criterion, Targets Pairs, class E>
loss_result<accumulate_t<E>> value_and_grad(const Engine& executor, const Criterion& objective, const Pairs& targets,
                                            const given_logits<E>& logits, const gradients<accumulate_t<E>>& wanted,
                                            const in_workspace& memory = in_workspace::none()) {
  const auto evaluation = detail::evaluate_on(executor, "value_and_grad", memory, objective, targets, logits);
  return detail::value_and_set(evaluation, wanted);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
