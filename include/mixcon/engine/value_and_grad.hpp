// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/doors.hpp>
#include <mixcon/engine/call/evaluation.hpp>

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

/// The loss of anchors (N, D) against candidates: a matrix (M, D), or segments `candidates(z, u)`. Keeps in `saved`
/// what `backward` needs, O(N) numbers. Refuses mismatched shapes and bad parameters with one sentence
/// (std::invalid_argument).
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, Viewable<2> Anchors,
          detail::Candidates Against>
loss_result<compute_t<Anchors>> forward(const Executor& executor, const Objective& objective, const Targets& targets,
                                        const Anchors& anchors, const Against& candidates,
                                        saved_statistics<Objective, compute_t<Anchors>>& saved) {
  return detail::evaluate("forward", objective, targets, anchors, candidates).forward(executor, saved);
}
/// The same where anchors and candidates are the same rows, `embeddings` (N, D).
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, Viewable<2> Embeddings>
loss_result<compute_t<Embeddings>> forward(const Executor& executor, const Objective& objective, const Targets& targets,
                                           const Embeddings& embeddings,
                                           saved_statistics<Objective, compute_t<Embeddings>>& saved) {
  return forward(executor, objective, targets, embeddings, embeddings, saved);
}

/// Adds `upstream` times the gradients of the loss to the views in `wanted`, after `forward` with the same arguments.
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, Viewable<2> Anchors,
          detail::Candidates Against>
void backward(const Executor& executor, const Objective& objective, const Targets& targets, const Anchors& anchors,
              const Against& candidates, const saved_statistics<Objective, compute_t<Anchors>>& saved, double upstream,
              const gradients<compute_t<Anchors>>& wanted) {
  const auto evaluation = detail::evaluate("backward", objective, targets, anchors, candidates);
  evaluation.check_gradients(wanted);
  evaluation.backward(executor, saved, upstream, wanted);
}
/// The same where anchors and candidates are the same rows: adds both parts to `gradient` (N, D).
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, Viewable<2> Embeddings,
          Viewable<2> Gradient>
void backward(const Executor& executor, const Objective& objective, const Targets& targets,
              const Embeddings& embeddings, const saved_statistics<Objective, compute_t<Embeddings>>& saved,
              double upstream, Gradient&& gradient) {
  static_assert(detail::TakesGradient<Gradient, compute_t<Embeddings>>,
                "mixcon: a gradient must be a tensor of rank 2 that can be written to, of the type that its rows are "
                "computed in (float for float, bfloat16 and half rows)");
  backward(executor, objective, targets, embeddings, embeddings, saved, upstream,
           {.anchors = gradient, .candidates = {gradient}});
}

/// The same, with the gradients by temperature, scale and biases: `{.embeddings = gradient, .temperature = &slope}`.
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, Viewable<2> Embeddings>
void backward(const Executor& executor, const Objective& objective, const Targets& targets,
              const Embeddings& embeddings, const saved_statistics<Objective, compute_t<Embeddings>>& saved,
              double upstream, const embedding_gradients<compute_t<Embeddings>>& wanted) {
  backward(executor, objective, targets, embeddings, embeddings, saved, upstream, wanted.both_parts());
}

/// The loss, and in the views of `wanted` its gradients: sets them. Where anchors are among the candidates, the
/// gradient by one side alone is refused unless `wanted` says `.stop_gradient = true`.
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, Viewable<2> Anchors,
          detail::Candidates Against>
loss_result<compute_t<Anchors>> value_and_grad(const Executor& executor, const Objective& objective,
                                               const Targets& targets, const Anchors& anchors,
                                               const Against& candidates, const gradients<compute_t<Anchors>>& wanted) {
  const auto evaluation = detail::evaluate("value_and_grad", objective, targets, anchors, candidates);
  evaluation.check_gradients(wanted);
  saved_statistics<Objective, compute_t<Anchors>> saved;
  const auto result = evaluation.forward(executor, saved);
  evaluation.differentiate(executor, saved, wanted);
  return result;
}
/// The same where anchors and candidates are the same rows; `gradient` (N, D) gets both parts.
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, Viewable<2> Embeddings,
          Viewable<2> Gradient>
loss_result<compute_t<Embeddings>> value_and_grad(const Executor& executor, const Objective& objective,
                                                  const Targets& targets, const Embeddings& embeddings,
                                                  Gradient&& gradient) {
  static_assert(detail::TakesGradient<Gradient, compute_t<Embeddings>>,
                "mixcon: a gradient must be a tensor of rank 2 that can be written to, of the type that its rows are "
                "computed in (float for float, bfloat16 and half rows)");
  return value_and_grad(executor, objective, targets, embeddings, embeddings,
                        {.anchors = gradient, .candidates = {gradient}});
}
/// The same, with the gradients by temperature, scale and biases: `{.embeddings = gradient, .temperature = &slope}`.
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, Viewable<2> Embeddings>
loss_result<compute_t<Embeddings>> value_and_grad(const Executor& executor, const Objective& objective,
                                                  const Targets& targets, const Embeddings& embeddings,
                                                  const embedding_gradients<compute_t<Embeddings>>& wanted) {
  return value_and_grad(executor, objective, targets, embeddings, embeddings, wanted.both_parts());
}

/// The loss of given logits (N, M) in the place of anchors and candidates.
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, class E>
loss_result<accumulate_t<E>> forward(const Executor& executor, const Objective& objective, const Targets& targets,
                                     const given_logits<E>& logits,
                                     saved_statistics<Objective, accumulate_t<E>>& saved) {
  return detail::evaluate("forward", objective, targets, logits).forward(executor, saved);
}
/// Adds `upstream` times the gradients by the logits (`.logits`), targets and parameters that are wanted.
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, class E>
void backward(const Executor& executor, const Objective& objective, const Targets& targets,
              const given_logits<E>& logits, const saved_statistics<Objective, accumulate_t<E>>& saved, double upstream,
              const gradients<accumulate_t<E>>& wanted) {
  const auto evaluation = detail::evaluate("backward", objective, targets, logits);
  evaluation.check_gradients(wanted);
  evaluation.backward(executor, saved, upstream, wanted);
}
/// The loss of given logits, and the gradients that are wanted: sets them.
template <detail::Engine Executor, detail::AnObjective Objective, detail::PairTargets Targets, class E>
loss_result<accumulate_t<E>> value_and_grad(const Executor& executor, const Objective& objective,
                                            const Targets& targets, const given_logits<E>& logits,
                                            const gradients<accumulate_t<E>>& wanted) {
  const auto evaluation = detail::evaluate("value_and_grad", objective, targets, logits);
  evaluation.check_gradients(wanted);
  saved_statistics<Objective, accumulate_t<E>> saved;
  const auto result = evaluation.forward(executor, saved);
  evaluation.differentiate(executor, saved, wanted);
  return result;
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
