// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `torch_loss` over pairs: any objective of anchors and candidates as a node of torch's graph.

#include <mixcon/contrast/targets/matrix.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/engine/saved.hpp>
#include <mixcon/engine/value_and_grad.hpp>
#include <mixcon/torch/candidates.hpp>
#include <mixcon/torch/meeting.hpp>
#include <mixcon/torch/node.hpp>
#include <mixcon/torch/numbers.hpp>
#include <mixcon/torch/threads.hpp>

#include <type_traits>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// Targets of the library, or a table of shares (N, M) as a tensor.
template <class Pairs>
concept TorchTargets = Targets<Pairs> || std::is_same_v<Pairs, at::Tensor>;

/// Where a table of shares is among the inputs; other targets are none of them.
template <class Pairs>
std::size_t place_of_targets(torch_inputs& inputs, const Pairs& targets) {
  if constexpr (std::is_same_v<Pairs, at::Tensor>) {
    require_host_tensor("torch_loss", "targets", targets);
    return inputs.add(targets);
  } else {
    return 0;
  }
}
/// Targets as calls take them, of rows that are computed in T.
template <class T, class Pairs>
decltype(auto) targets_of_torch(const Pairs& targets) {
  if constexpr (std::is_same_v<Pairs, at::Tensor>) {
    const auto shares = view_of_torch<const T, 2>("torch_loss", "targets", targets);
    return matrix_targets<T>(shares);
  } else {
    return (targets);
  }
}

inline bool any_defined(at::TensorList tensors) {
  for (const at::Tensor& x : tensors)
    if (x.defined()) return true;
  return false;
}

}  // namespace detail

/// The loss of anchors (N, D) against candidates (M, D) as a scalar of torch's graph, differentiable by both and by
/// what is learned, and its gradients in one pass: backward only multiplies. Float, double, bfloat16 and half rows on
/// the CPU, of any strides; the latter two are computed in float, and the value is float too. Without a gradient to
/// come, the value alone.
///
///   const at::Tensor loss = torch_loss(nt_xent(0.5), view_targets{.samples = n}, z, z);
///   const at::Tensor loss = torch_loss(clip(), diagonal_targets{}, images, texts, {.log_scale = s, .max_scale = 100});
///
/// Where both are one tensor, its gradient has both parts. Targets may be a tensor too: a table of shares (N, M), of
/// the type that rows are computed in, which has a gradient. The node keeps copies of all it needs, so that objective,
/// targets and their arrays may go once the call has returned. Refuses tensors that do not fit with one sentence
/// (std::invalid_argument), second derivatives, and backward after an input was changed in place (c10::Error).
///
/// Over `ranks` (mixcon/torch/ranks.hpp) the value is that of all ranks' rows, and so are gradients by learned numbers.
///
/// Candidates may come in segments, `torch_candidates`, with targets for these: `segments(...)`, `queue_targets`. Each
/// has a gradient of its own.
template <Executor Engine, Objective Criterion, detail::TorchTargets Pairs>
at::Tensor torch_loss(const Engine& engine, const Criterion& objective, const Pairs& targets, const at::Tensor& anchors,
                      const torch_candidates& candidates, const torch_numbers& learned = {}) {
  constexpr const char* function = "torch_loss";
  detail::torch_meeting<Engine> meeting(engine);
  return meeting.over([&] {
    detail::require_host_tensor(function, "anchors", anchors);
    detail::torch_inputs inputs;
    inputs.add(anchors);
    const detail::placed_candidates against(inputs, candidates);
    const std::size_t at_targets = detail::place_of_targets(inputs, targets);
    const detail::placed_numbers numbers(inputs, learned);
    return detail::as_torch_node(inputs, [&](at::TensorList given, at::TensorList to) {
      double value = 0;
      const Criterion criterion = numbers.applied(objective, given);
      detail::with_element_of<float, double, bfloat16, half>(function, "anchors", anchors, [&](auto number) {
        using E = decltype(number);
        using T = accumulate_t<E>;
        const auto a = detail::view_of_torch<const E, 2>(function, "anchors", anchors);
        const candidate_segments<E> c = against.template views<E>();
        const auto& pairs = detail::targets_of_torch<T>(targets);
        if (!meeting.settle(detail::any_defined(to))) {
          saved_for<Criterion, decltype(a)> saved;
          value = static_cast<double>(forward(engine, criterion, pairs, a, c, saved).value);
          return;
        }
        gradients<T> wanted{.stop_gradient = true};  // autograd knows which side is a constant
        wanted.anchors = detail::view_of_gradient<T>(to[0]);
        wanted.candidates = against.template gradients_in<T>(to);
        if (at_targets != 0) wanted.targets = detail::view_of_gradient<T>(to[at_targets]);
        numbers.ask_for(wanted, to);
        value = static_cast<double>(value_and_grad(engine, criterion, pairs, a, c, wanted).value);
      });
      numbers.finish(given, to);
      return value;
    });
  });
}
template <Executor Engine, Objective Criterion, detail::TorchTargets Pairs>
at::Tensor torch_loss(const Engine& engine, const Criterion& objective, const Pairs& targets, const at::Tensor& anchors,
                      const at::Tensor& candidates, const torch_numbers& learned = {}) {
  return torch_loss(engine, objective, targets, anchors, torch_candidates{{{candidates}}}, learned);
}
/// The same by `tiled` on as many threads as torch uses (at::get_num_threads).
template <Objective Criterion, detail::TorchTargets Pairs>
at::Tensor torch_loss(const Criterion& objective, const Pairs& targets, const at::Tensor& anchors,
                      const torch_candidates& candidates, const torch_numbers& learned = {}) {
  return torch_loss(detail::as_many_threads_as_torch(), objective, targets, anchors, candidates, learned);
}
template <Objective Criterion, detail::TorchTargets Pairs>
at::Tensor torch_loss(const Criterion& objective, const Pairs& targets, const at::Tensor& anchors,
                      const at::Tensor& candidates, const torch_numbers& learned = {}) {
  return torch_loss(detail::as_many_threads_as_torch(), objective, targets, anchors, candidates, learned);
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
