// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What is wrong with a call of forward, backward or value_and_grad, as far as the types of its arguments say, and the
// sentence for it.

#include <mixcon/contrast/loss.hpp>
#include <mixcon/contrast/result.hpp>
#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/executor.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/workspace.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

/// A loss over logits: `objective{info_nce{}, cosine{}}`.
template <class T>
concept Objective = requires(const T& objective) {
  objective.loss;
  objective.similarity;
  objective.logits;
};
/// Which pairs are positive, negative or hidden: what mixcon/contrast/targets.hpp has, and what binds alike.
template <class T>
concept Targets = requires(const T& targets, const pair_space& pairs) { targets.bind(pairs); };

namespace detail {

/// Whether a loss is called as it is, without an objective. True for aligned losses; others specialise it.
template <class Loss>
inline constexpr bool has_own_call = requires { Loss::is_of_aligned_rows; };
/// How such a loss is called, said where a call does not fit. Losses that have_own_call specialise it too.
template <class Loss>
struct own_call {
  template <bool Fits>
  static constexpr void refuse() {
    static_assert(
        Fits,
        "mixcon: a loss of aligned rows is called as value_and_grad(engine, loss, x, y, {.first = by_x}): two "
        "matrices (N, D), and in braces gradients that can be written to, of the type rows are computed in; "
        "flat memory becomes a matrix by as_matrix(memory, rows, columns)");
  }
};
template <class T>
concept LossOrObjective = Objective<T> || HasStatistics<T> || has_own_call<T>;

/// What may stand first in a call.
template <class T>
concept Engine = mixcon::Executor<T>;

template <class T>
concept AnyTensor = HasRank<T, 1> || HasRank<T, 2> || HasRank<T, 3>;
template <class T>
concept MatrixOfCall = HasRank<T, 2> || HasRank<T, 3> || is_part_of_call<T>;
template <class T>
concept KnownInCall =
    AnyTensor<T> || is_part_of_call<T> || mixcon::Targets<T> || std::is_arithmetic_v<T> || std::is_same_v<T, workspace>;

enum class call_of { forward, backward, value_and_grad };
enum class mistake {
  none,
  no_engine,
  no_executor,
  bare_loss,
  order,
  no_targets,
  no_tensor,
  other_rank,
  no_saved,
  no_gradient,
  one_gradient,
  gradients
};

template <class T>
concept NumberOfCall = std::is_arithmetic_v<T>;
/// Tensors that end a call, `given_logits` or another part of it before them: what must stand there is not there.
template <call_of Call, class First = void, class Second = void, class Third = void, class... More>
constexpr mistake mistake_in_count() {
  if constexpr (Call == call_of::value_and_grad) {  // (z), (logits), (logits, gradient), (z, candidates, gradient)
    if constexpr (!AnyTensor<First> && std::is_void_v<Second>)
      return is_part_of_call<First> ? mistake::no_gradient : mistake::none;
    else if constexpr (std::is_void_v<Second>)
      return mistake::no_gradient;
    else if constexpr (std::is_void_v<Third>)
      return is_part_of_call<First> && AnyTensor<Second> ? mistake::one_gradient : mistake::none;
    else
      return AnyTensor<First> && AnyTensor<Third> && sizeof...(More) == 0 ? mistake::one_gradient : mistake::none;
  } else if constexpr (Call == call_of::forward) {  // (z), (z, candidates)
    return AnyTensor<First> && (std::is_void_v<Second> || (AnyTensor<Second> && std::is_void_v<Third>))
               ? mistake::no_saved
               : mistake::none;
  } else {  // (z, upstream, ...), (z, candidates, upstream, ...)
    return AnyTensor<First> && (NumberOfCall<Second> || (AnyTensor<Second> && NumberOfCall<Third>)) ? mistake::no_saved
                                                                                                    : mistake::none;
  }
}
template <call_of Call, class... Tensors>
constexpr mistake mistake_in_tensors() {
  if constexpr (!(KnownInCall<Tensors> && ...))
    return mistake::no_tensor;
  else if constexpr (!((!AnyTensor<Tensors> || MatrixOfCall<Tensors>)&&...))
    return mistake::other_rank;
  else
    return mistake_in_count<Call, Tensors...>();
}
template <call_of Call, class Engine, class Pairs = void, class... Tensors>
constexpr mistake mistake_after_objective() {
  if constexpr (!Targets<Pairs>)
    return mistake::no_targets;
  else if constexpr (requires { requires Engine::brings_evaluation; })
    return mistake::none;  // its tensors, and what it saves, are its own
  else
    return mistake_in_tensors<Call, Tensors...>();
}

/// Why a call with these arguments cannot be, as far as we know.
template <call_of Call, class First, class Second, class... More>
constexpr mistake mistake_in_call() {
  if constexpr (LossOrObjective<First>)
    return mistake::no_engine;
  else if constexpr (has_own_call<Second>)
    return (KnownInCall<More> && ...) ? mistake::none : mistake::no_tensor;
  else if constexpr (HasStatistics<Second>)
    return mistake::bare_loss;
  else if constexpr (Objective<Second> && !Targets<First>)
    return Executor<First> ? mistake_after_objective<Call, First, More...>() : mistake::no_executor;
  else
    return Targets<First> || Targets<Second> ? mistake::order : mistake::none;
}

template <mistake Found>
constexpr loss_result<double> refuse_call() {
  static_assert(
      Found != mistake::no_engine,
      "mixcon: the engine is missing; it comes first, as in value_and_grad(tiled{}, objective, targets, ...), "
      "or serial{}");
  static_assert(
      Found != mistake::no_executor,
      "mixcon: the first argument is no executor; pass serial{}, tiled{}, or a type of your own that has what "
      "mixcon/core/executor.hpp asks of one");
  static_assert(Found != mistake::bare_loss,
                "mixcon: this is a bare loss and an objective is expected; write objective{info_nce{...}, cosine{}}, "
                "with your loss and similarity");
  static_assert(Found != mistake::order,
                "mixcon: the arguments come in the order engine, objective, targets, tensors, as in "
                "value_and_grad(serial{}, objective{info_nce{}, cosine{}}, view_targets{.samples = n}, z, gradient)");
  static_assert(Found != mistake::no_targets,
                "mixcon: these are no targets; pass view_targets, label_targets{.labels = labels} or another of "
                "mixcon/contrast/targets.hpp after the objective");
  static_assert(Found != mistake::no_tensor,
                "mixcon: an argument of this call is no tensor yet; include the adapter of its type (mixcon/adapt/...) "
                "or specialise mixcon::tensor_traits");
  static_assert(Found != mistake::other_rank,
                "mixcon: a matrix is expected, and an argument of this call has another rank; flat memory becomes one "
                "by as_matrix(memory, rows, columns) of mixcon/adapt/tensors/span.hpp");
  static_assert(
      Found != mistake::no_saved,
      "mixcon: what forward saves for backward is missing; declare saved_for<decltype(objective), embeddings> "
      "saved; and pass it after the tensors, to both");
  static_assert(
      Found != mistake::no_gradient,
      "mixcon: the gradient is missing; pass a tensor for it after the embeddings, or in braces those that you "
      "want, as {.anchors = a, .candidates = {c}}; the value alone is what forward computes");
  static_assert(Found != mistake::one_gradient,
                "mixcon: with candidates, or with given logits, gradients are asked for by name, in braces: "
                "{.anchors = a, .candidates = {c}} or {.logits = g}");
  static_assert(Found != mistake::gradients,
                "mixcon: a gradient in braces does not fit; each is a tensor that can be written to, of the type that "
                "rows are computed in (float for float, bfloat16 and half) and of a type whose adapter is included");
  return {};
}

}  // namespace detail
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
