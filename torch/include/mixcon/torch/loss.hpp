// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `torch_loss`: any objective as a node of torch's graph.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/engine/saved.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/torch/once.hpp>
#include <mixcon/torch/tensor.hpp>
#include <mixcon/torch/threads.hpp>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/scalar_tensor.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// The value of a call, and the gradients that are defined: tensors of the type computed in.
template <class E, class Engine, class Objective, class Targets>
double torch_value(const Engine& engine, const Objective& objective, const Targets& targets, const at::Tensor& anchors,
                   const at::Tensor& candidates, const at::Tensor& by_anchors, const at::Tensor& by_candidates) {
  using T = accumulate_t<E>;
  constexpr const char* function = "torch_loss";
  const auto a = view_of_torch<const E, 2>(function, "anchors", anchors);
  const auto c = view_of_torch<const E, 2>(function, "candidates", candidates);
  if (!by_anchors.defined() && !by_candidates.defined()) {
    saved_for<Objective, decltype(a)> saved;
    return static_cast<double>(forward(engine, objective, targets, a, c, saved).value);
  }
  gradients<T> wanted{.stop_gradient = true};  // autograd knows which side is a constant
  if (by_anchors.defined()) wanted.anchors = view_of_torch<T, 2>(function, "the gradient by anchors", by_anchors);
  if (by_candidates.defined())
    wanted.candidates = {
        gradient_segment<T>(view_of_torch<T, 2>(function, "the gradient by candidates", by_candidates))};
  return static_cast<double>(value_and_grad(engine, objective, targets, a, c, wanted).value);
}

template <class Engine, class Objective, class Targets>
struct torch_loss_node : ::torch::autograd::Function<torch_loss_node<Engine, Objective, Targets>> {
  using context = ::torch::autograd::AutogradContext;
  using tensors = ::torch::autograd::variable_list;

  // Where candidates are the anchors, one gradient has both parts.
  static at::Tensor forward(context* node, const at::Tensor& anchors, const at::Tensor& candidates,
                            const Engine& engine, Objective objective, Targets targets, bool differentiable) {
    const bool same = candidates.is_same(anchors);
    const auto computed_in =
        anchors.options().dtype(anchors.scalar_type() == at::kDouble ? at::kDouble : at::kFloat).requires_grad(false);
    const auto place_for = [&](const at::Tensor& rows) {
      return differentiable && rows.requires_grad() ? at::empty(rows.sizes(), computed_in) : at::Tensor();
    };
    const at::Tensor by_anchors = place_for(anchors), by_candidates = same ? by_anchors : place_for(candidates);
    double value = 0;
    with_element_of<float, double, bfloat16, half>("torch_loss", "anchors", anchors, [&](auto number) {
      value = torch_value<decltype(number)>(engine, objective, targets, anchors, candidates, by_anchors, by_candidates);
    });
    node->save_for_backward({by_anchors, same ? at::Tensor() : by_candidates, anchors, candidates});
    return at::scalar_tensor(value, computed_in);
  }

  // The inputs are looked at so that a change in place is noticed.
  static tensors backward(context* node, tensors upstream) {
    const tensors saved = node->get_saved_variables();
    const auto part = [&](const at::Tensor& gradient, const at::Tensor& of) -> at::Tensor {
      if (!gradient.defined()) return {};
      return differentiable_once(gradient.mul(upstream[0]).to(of.scalar_type()), upstream[0], saved[2], saved[3]);
    };
    return {part(saved[0], saved[2]), part(saved[1], saved[3]), {}, {}, {}, {}};
  }
};

}  // namespace detail

/// The loss of anchors (N, D) against candidates (M, D) as a scalar of torch's graph, differentiable by both, and its
/// gradients in one pass: backward only multiplies. Float, double, bfloat16 and half rows on the CPU, of any strides;
/// the latter two are computed in float, and the value is float too. Without a gradient to come, the value alone.
///
///   const at::Tensor loss = torch_loss(nt_xent(0.5), view_targets{.samples = n}, z, z);
///
/// Where both are one tensor, its gradient has both parts. The node keeps copies of all it needs, so that objective,
/// targets and their arrays may go once the call has returned. Refuses tensors that do not fit with one sentence
/// (std::invalid_argument), second derivatives, and backward after rows were changed in place (c10::Error).
template <Executor Engine, Objective Criterion, Targets Pairs>
at::Tensor torch_loss(const Engine& engine, const Criterion& objective, const Pairs& targets, const at::Tensor& anchors,
                      const at::Tensor& candidates) {
  detail::require_host_tensor("torch_loss", "anchors", anchors);
  detail::require_host_tensor("torch_loss", "candidates", candidates);
  return detail::torch_loss_node<Engine, Criterion, Pairs>::apply(anchors, candidates, engine, objective, targets,
                                                                  at::GradMode::is_enabled());
}
/// The same by `tiled` on as many threads as torch uses (at::get_num_threads).
template <Objective Criterion, Targets Pairs>
at::Tensor torch_loss(const Criterion& objective, const Pairs& targets, const at::Tensor& anchors,
                      const at::Tensor& candidates) {
  return torch_loss(detail::as_many_threads_as_torch(), objective, targets, anchors, candidates);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
