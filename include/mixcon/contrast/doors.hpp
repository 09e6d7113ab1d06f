// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Refuses calls of forward, backward and value_and_grad that fit no overload, in one sentence: bare losses, forgotten
// targets, tensors without an adapter.

#include <mixcon/contrast/mistakes.hpp>
#include <mixcon/contrast/result.hpp>
#include <mixcon/core/workspace.hpp>

#include <initializer_list>
#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

// forward, backward and value_and_grad have overloads for every kind of loss. A call that fits none of them for a
// reason that we know comes to one of the overloads here, which fits no other call, and is refused in one sentence in
// place of the list of all overloads.
namespace mixcon {
namespace detail {

struct anything {
  anything() = default;
  template <class T>
  anything(const T&) {}  // NOLINT(google-explicit-constructor)
  anything(std::initializer_list<anything>) {}
};
/// What any list of gradients in braces becomes: a template cannot see their types.
struct gradients_in_braces {
  anything first{}, second{}, features{}, weight{}, logits{}, embeddings{}, anchors{}, candidates{}, temperature{},
      scale{}, bias{}, candidate_bias{}, pair_scale{}, pair_bias{}, targets{}, stop_gradient{};
};

/// The same where gradients in braces end the call.
template <class... Arguments>
constexpr mistake mistake_before_braces() {
  constexpr mistake found = mistake_in_call<call_of::value_and_grad, Arguments...>();
  return found == mistake::no_gradient || found == mistake::one_gradient ? mistake::none : found;
}

template <class... Arguments>
concept MistakenBeforeBraces = mistake_before_braces<Arguments...>() != mistake::none;
template <call_of Call, class... Arguments>
concept Mistaken = mistake_in_call<Call, Arguments...>() != mistake::none;
struct any_executor {
  template <class Row>
  void rows(index_t, Row&&) const {}
};
/// Whether nothing but the gradients can be wrong, whatever the engine. It stands in overloads that take the engine as
/// `anything`, and so are worse than any that fits.
template <class Loss, class... More>
concept MistakenGradients =
    LossOrObjective<Loss> && mistake_before_braces<any_executor, Loss, More...>() == mistake::none;
/// A workspace becomes `in_workspace` in the calls that take one; a refusal that takes anything as it is would tie with
/// them.
template <class... More>
concept EndsWithoutWorkspace = !(... || std::is_same_v<More, workspace>);
/// Refuses what was handed in with this loss: a call that fits its loss otherwise.
template <class Loss>
constexpr loss_result<double> refuse_rest() {
  if constexpr (has_own_call<Loss>)
    own_call<Loss>::template refuse<!has_own_call<Loss>>();
  else
    refuse_call<Objective<Loss> || HasStatistics<Loss> ? mistake::gradients : mistake::none>();
  return {};
}

}  // namespace detail

template <class A, class B, class... More>
requires detail::Mistaken<detail::call_of::forward, A, B, More...>
loss_result<double> forward(const A&, const B&, const More&...) {
  return detail::refuse_call<detail::mistake_in_call<detail::call_of::forward, A, B, More...>()>();
}

template <class B, class... More>
requires(detail::has_own_call<B> && detail::EndsWithoutWorkspace<More...> &&
         !detail::Mistaken<detail::call_of::forward, int, B, More...>)
loss_result<double> forward(const detail::anything&, const B&, const More&...) {
  return detail::refuse_rest<B>();
}

template <class A, class B, class... More>
requires detail::Mistaken<detail::call_of::value_and_grad, A, B, More...>
loss_result<double> value_and_grad(const A&, const B&, const More&...) {
  return detail::refuse_call<detail::mistake_in_call<detail::call_of::value_and_grad, A, B, More...>()>();
}
template <class B, class... More>
requires(detail::has_own_call<B> && detail::EndsWithoutWorkspace<More...> &&
         !detail::Mistaken<detail::call_of::value_and_grad, int, B, More...>)
loss_result<double> value_and_grad(const detail::anything&, const B&, const More&...) {
  return detail::refuse_rest<B>();
}
template <class A, class B, class C>
requires detail::MistakenBeforeBraces<A, B, C>
loss_result<double> value_and_grad(const A&, const B&, const C&, const detail::gradients_in_braces&) {
  return detail::refuse_call<detail::mistake_before_braces<A, B, C>()>();
}
template <class A, class B, class C, class D>
requires detail::MistakenBeforeBraces<A, B, C, D>
loss_result<double> value_and_grad(const A&, const B&, const C&, const D&, const detail::gradients_in_braces&) {
  return detail::refuse_call<detail::mistake_before_braces<A, B, C, D>()>();
}
template <class A, class B, class C, class D, class E>
requires detail::MistakenBeforeBraces<A, B, C, D, E>
loss_result<double> value_and_grad(const A&, const B&, const C&, const D&, const E&,
                                   const detail::gradients_in_braces&) {
  return detail::refuse_call<detail::mistake_before_braces<A, B, C, D, E>()>();
}
template <class A, class B, class C, class D, class E, class F>
requires detail::MistakenBeforeBraces<A, B, C, D, E, F>
loss_result<double> value_and_grad(const A&, const B&, const C&, const D&, const E&, const F&,
                                   const detail::gradients_in_braces&) {
  return detail::refuse_call<detail::mistake_before_braces<A, B, C, D, E, F>()>();
}
template <class B, class C, class D>
requires detail::MistakenGradients<B, C, D>
loss_result<double> value_and_grad(const detail::anything&, const B&, const C&, const D&,
                                   const detail::gradients_in_braces&) {
  return detail::refuse_rest<B>();
}
template <class B, class C, class D, class E>
requires detail::MistakenGradients<B, C, D, E>
loss_result<double> value_and_grad(const detail::anything&, const B&, const C&, const D&, const E&,
                                   const detail::gradients_in_braces&) {
  return detail::refuse_rest<B>();
}

template <class B, class C, class D, class E, class F>
requires detail::MistakenGradients<B, C, D, E, F>
loss_result<double> value_and_grad(const detail::anything&, const B&, const C&, const D&, const E&, const F&,
                                   const detail::gradients_in_braces&) {
  return detail::refuse_rest<B>();
}

template <class A, class B, class... More>
requires detail::Mistaken<detail::call_of::backward, A, B, More...>
void backward(const A&, const B&, const More&...) {
  detail::refuse_call<detail::mistake_in_call<detail::call_of::backward, A, B, More...>()>();
}
template <class A, class B, class C>
requires detail::MistakenBeforeBraces<A, B, C>
void backward(const A&, const B&, const C&, double, const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_before_braces<A, B, C>()>();
}
template <class A, class B, class C, class D>
requires detail::MistakenBeforeBraces<A, B, C, D>
void backward(const A&, const B&, const C&, const D&, double, const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_before_braces<A, B, C, D>()>();
}
template <class A, class B, class C, class D, class E>
requires detail::MistakenBeforeBraces<A, B, C, D, E>
void backward(const A&, const B&, const C&, const D&, const E&, double, const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_before_braces<A, B, C, D, E>()>();
}
template <class A, class B, class C, class D, class E, class F>
requires detail::MistakenBeforeBraces<A, B, C, D, E, F>
void backward(const A&, const B&, const C&, const D&, const E&, const F&, double, const detail::gradients_in_braces&) {
  detail::refuse_call<detail::mistake_before_braces<A, B, C, D, E, F>()>();
}
template <class B, class C, class D>
requires detail::MistakenGradients<B, C, D>
void backward(const detail::anything&, const B&, const C&, const D&, double, const detail::gradients_in_braces&) {
  detail::refuse_rest<B>();
}
template <class B, class C, class D, class E>
requires detail::MistakenGradients<B, C, D, E>
void backward(const detail::anything&, const B&, const C&, const D&, const E&, double,
              const detail::gradients_in_braces&) {
  detail::refuse_rest<B>();
}
template <class B, class C, class D, class E, class F>
requires detail::MistakenGradients<B, C, D, E, F>
void backward(const detail::anything&, const B&, const C&, const D&, const E&, const F&, double,
              const detail::gradients_in_braces&) {
  detail::refuse_rest<B>();
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
