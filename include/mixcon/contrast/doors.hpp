// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mixcon/contrast/loss.hpp>
#include <mixcon/contrast/result.hpp>
#include <mixcon/contrast/targets/bound.hpp>
#include <mixcon/core/executor.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/workspace.hpp>

#include <initializer_list>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

// forward, backward and value_and_grad have overloads for every kind of loss. A call that fits none of them for a
// reason that we know comes to one of the overloads here, which fits no other call, and is refused in one sentence in
// place of the list of all overloads.
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

enum class mistake { none, no_engine, no_executor, bare_loss, order, no_targets, no_tensor, other_rank, gradients };

template <class... Tensors>
constexpr mistake mistake_in_tensors() {
  if constexpr (!(KnownInCall<Tensors> && ...))
    return mistake::no_tensor;
  else
    return ((!AnyTensor<Tensors> || MatrixOfCall<Tensors>)&&...) ? mistake::none : mistake::other_rank;
}
template <class Engine, class Pairs = void, class... Tensors>
constexpr mistake mistake_after_objective() {
  if constexpr (!Targets<Pairs>)
    return mistake::no_targets;
  else if constexpr (requires { requires Engine::brings_evaluation; })
    return mistake::none;  // its tensors, and what it saves, are its own
  else
    return mistake_in_tensors<Tensors...>();
}

/// Why a call with these arguments cannot be, as far as we know.
template <class First, class Second, class... More>
constexpr mistake mistake_in_call() {
  if constexpr (LossOrObjective<First>)
    return mistake::no_engine;
  else if constexpr (has_own_call<Second>)
    return (KnownInCall<More> && ...) ? mistake::none : mistake::no_tensor;
  else if constexpr (HasStatistics<Second>)
    return mistake::bare_loss;
  else if constexpr (Objective<Second> && !Targets<First>)
    return Executor<First> ? mistake_after_objective<First, More...>() : mistake::no_executor;
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
  static_assert(Found != mistake::gradients,
                "mixcon: a gradient in braces does not fit; each is a tensor that can be written to, of the type that "
                "rows are computed in (float for float, bfloat16 and half) and of a type whose adapter is included");
  return {};
}

struct anything {
  anything() = default;
  template <class T>
  anything(const T&) {}  // NOLINT(google-explicit-constructor)
  anything(std::initializer_list<anything>) {}
};
/// What any list of gradients in braces becomes: a template cannot see their types.
struct gradients_in_braces {
  anything first{}, second{}, features{}, weight{}, logits{}, anchors{}, candidates{}, temperature{}, scale{}, bias{},
      candidate_bias{}, pair_scale{}, pair_bias{}, targets{};
};

template <class... Arguments>
concept Mistaken = mistake_in_call<Arguments...>() != mistake::none;
struct any_executor {
  template <class Row>
  void rows(index_t, Row&&) const {}
};
/// Whether nothing but the gradients can be wrong, whatever the engine. It stands in overloads that take the engine as
/// `anything`, and so are worse than any that fits.
template <class Loss, class... More>
concept MistakenGradients = LossOrObjective<Loss> && mistake_in_call<any_executor, Loss, More...>() == mistake::none;
template <class Loss>
inline constexpr mistake mistake_of_gradients = mistake::gradients;  // by type, so that compilers ask only when called

}  // namespace detail

template <class A, class B, class... More>
requires detail::Mistaken<A, B, More...>
loss_result<double> forward(const A&, const B&, const More&...) {
  return detail::refuse_call<detail::mistake_in_call<A, B, More...>()>();
}

template <class A, class B, class... More>
requires detail::Mistaken<A, B, More...>
loss_result<double> value_and_grad(const A&, const B&, const More&...) {
  return detail::refuse_call<detail::mistake_in_call<A, B, More...>()>();
}
template <class A, class B, class C>
requires detail::Mistaken<A, B, C>
loss_result<double> value_and_grad(const A&, const B&, const C&, const detail::gradients_in_braces&) {
  return detail::refuse_call<detail::mistake_in_call<A, B, C>()>();
}
template <class A, class B, class C, class D>
requires detail::Mistaken<A, B, C, D>
loss_result<double> value_and_grad(const A&, const B&, const C&, const D&, const detail::gradients_in_braces&) {
  return detail::refuse_call<detail::mistake_in_call<A, B, C, D>()>();
}
template <class A, class B, class C, class D, class E>
requires detail::Mistaken<A, B, C, D, E>
loss_result<double> value_and_grad(const A&, const B&, const C&, const D&, const E&,
                                   const detail::gradients_in_braces&) {
  return detail::refuse_call<detail::mistake_in_call<A, B, C, D, E>()>();
}
template <class B, class C, class D>
requires detail::MistakenGradients<B, C, D>
loss_result<double> value_and_grad(const detail::anything&, const B&, const C&, const D&,
                                   const detail::gradients_in_braces&) {
  return detail::refuse_call<detail::mistake_of_gradients<B>>();
}
template <class B, class C, class D, class E>
requires detail::MistakenGradients<B, C, D, E>
loss_result<double> value_and_grad(const detail::anything&, const B&, const C&, const D&, const E&,
                                   const detail::gradients_in_braces&) {
  return detail::refuse_call<detail::mistake_of_gradients<B>>();
}

template <class A, class B, class... More>
requires detail::Mistaken<A, B, More...>
void backward(const A&, const B&, const More&...) {
  detail::refuse_call<detail::mistake_in_call<A, B, More...>()>();
}
template <class A, class B, class C>
requires detail::Mistaken<A, B, C>
void backward(const A&, const B&, const C&, double, const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_in_call<A, B, C>()>();
}
template <class A, class B, class C, class D>
requires detail::Mistaken<A, B, C, D>
void backward(const A&, const B&, const C&, const D&, double, const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_in_call<A, B, C, D>()>();
}
template <class A, class B, class C, class D, class E>
requires detail::Mistaken<A, B, C, D, E>
void backward(const A&, const B&, const C&, const D&, const E&, double, const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_in_call<A, B, C, D, E>()>();
}
template <class A, class B, class C, class D, class E, class F>
requires detail::Mistaken<A, B, C, D, E, F>
void backward(const A&, const B&, const C&, const D&, const E&, const F&, double, const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_in_call<A, B, C, D, E, F>()>();
}
template <class B, class C, class D>
requires detail::MistakenGradients<B, C, D>
void backward(const detail::anything&, const B&, const C&, const D&, double, const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_of_gradients<B>>();
}
template <class B, class C, class D, class E>
requires detail::MistakenGradients<B, C, D, E>
void backward(const detail::anything&, const B&, const C&, const D&, const E&, double,
              const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_of_gradients<B>>();
}
template <class B, class C, class D, class E, class F>
requires detail::MistakenGradients<B, C, D, E, F>
void backward(const detail::anything&, const B&, const C&, const D&, const E&, const F&, double,
              const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_of_gradients<B>>();
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
