// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `torch_blend`: a plan applied to a batch, as a node of torch's graph.

#include <mixcon/core/config.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/mix/blend.hpp>
#include <mixcon/mix/kinds/slerp.hpp>
#include <mixcon/mix/plan.hpp>
#include <mixcon/torch/once.hpp>
#include <mixcon/torch/tensor.hpp>
#include <mixcon/torch/threads.hpp>

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

/// A plan that the nodes of a graph share, and an IValue can hold.
template <class Region>
struct held_plan : ::torch::CustomClassHolder {
  explicit held_plan(mix_plan<Region> given) : plan((std::move)(given)) {}
  mix_plan<Region> plan;
};
template <class Region>
using plan_pointer = c10::intrusive_ptr<held_plan<Region>>;

/// Calls call(rank) with the number of axes of a batch as a constant; refuses those that the kind of plan does not mix.
template <class Region, class Call>
void with_rank_of(const char* function, const at::Tensor& x, Call&& call) {
  const auto if_it_is = [&]<int Rank>(std::integral_constant<int, Rank> rank) {
    if constexpr (mixes_rank<Region>(Rank)) {
      if (x.dim() == Rank) call(rank);
      return x.dim() == Rank;
    } else {
      return false;
    }
  };
  const bool mixed = if_it_is(std::integral_constant<int, 1>{}) || if_it_is(std::integral_constant<int, 2>{}) ||
                     if_it_is(std::integral_constant<int, 3>{}) || if_it_is(std::integral_constant<int, 4>{});
  constexpr int fewest = mixes_rank<Region>(1)   ? 1
                         : mixes_rank<Region>(2) ? 2
                                                 : 3,
                most = mixes_rank<Region>(4) ? 4 : 2;
  MIXCON_REQUIRE(mixed, function, ": the samples have ", x.dim(), " axes; a plan of kind \"", Region::kind,
                 "\" mixes batches of ", fewest, " to ", most);
}

/// What the plan makes of samples and the partners' batch.
template <class Region>
at::Tensor torch_mixed(const mix_plan<Region>& plan, const at::Tensor& samples, const at::Tensor& partners) {
  constexpr const char* function = "torch_blend";
  at::Tensor mixed;
  const auto mix = [&](auto number) {
    using E = decltype(number);
    with_rank_of<Region>(function, samples, [&](auto rank) {
      const auto from = view_of_torch<const E, rank>(function, "samples", samples);
      const auto others = view_of_torch<const E, rank>(function, "partners", partners);
      mixed = at::empty_like(samples);
      blend(as_many_threads_as_torch(), plan, from, others, view_of_torch<E, rank>(function, "mixed", mixed));
    });
  };
  if constexpr (std::is_same_v<Region, slerp>)
    with_element_of<float, double, bfloat16, half>(function, "samples", samples, mix);
  else
    with_element_of<float, double, bfloat16, half, std::uint8_t, std::int8_t, std::int16_t>(function, "samples",
                                                                                            samples, mix);
  return mixed;
}

/// The gradients that an upstream gradient means: by the samples, and by the partners where they are another batch.
template <class Region>
std::vector<at::Tensor> torch_unmixed(const mix_plan<Region>& plan, const at::Tensor& upstream,
                                      std::optional<index_t> partners) {
  constexpr const char* function = "torch_blend";
  std::vector<at::Tensor> gradients{at::zeros(upstream.sizes(), upstream.options())};
  if (partners) {
    std::vector<std::int64_t> shape = upstream.sizes().vec();
    shape[0] = *partners;
    gradients.push_back(at::zeros(shape, upstream.options()));
  }
  with_element_of<float, double, bfloat16, half>(function, "the upstream gradient", upstream, [&](auto number) {
    using E = decltype(number);
    with_rank_of<Region>(function, upstream, [&](auto rank) {
      const auto from = view_of_torch<const E, rank>(function, "the upstream gradient", upstream);
      const auto to = view_of_torch<E, rank>(function, "the gradient", gradients[0]);
      if (partners)
        unblend(as_many_threads_as_torch(), plan, from, to, view_of_torch<E, rank>(function, "partners", gradients[1]));
      else
        unblend(as_many_threads_as_torch(), plan, from, to);
    });
  });
  return gradients;
}

/// The same of a plan along great circles, which looks at the rows.
inline std::vector<at::Tensor> torch_unmixed_slerp(const mix_plan<slerp>& plan, const at::Tensor& samples,
                                                   const at::Tensor& partners, bool other_batch,
                                                   const at::Tensor& upstream) {
  constexpr const char* function = "torch_blend";
  std::vector<at::Tensor> gradients{at::zeros(samples.sizes(), samples.options())};
  if (other_batch) gradients.push_back(at::zeros(partners.sizes(), partners.options()));
  with_element_of<float, double, bfloat16, half>(function, "samples", samples, [&](auto number) {
    using E = decltype(number);
    unblend_slerp(plan, view_of_torch<const E, 2>(function, "samples", samples),
                  view_of_torch<const E, 2>(function, "partners", partners),
                  view_of_torch<const E, 2>(function, "the upstream gradient", upstream),
                  view_of_torch<E, 2>(function, "the gradient", gradients.front()),
                  view_of_torch<E, 2>(function, "partners", gradients.back()));
  });
  return gradients;
}

// Mixing is linear, and each of these two is the other's backward; so it can be differentiated any number of times.
// Not so along great circles, where gradients come once.
template <class Region>
struct torch_unblend_node;

template <class Region>
struct torch_blend_node : ::torch::autograd::Function<torch_blend_node<Region>> {
  using context = ::torch::autograd::AutogradContext;
  using tensors = ::torch::autograd::variable_list;

  // Where partners are the samples, one gradient has both parts.
  static at::Tensor forward(context* node, const at::Tensor& samples, const at::Tensor& partners,
                            const plan_pointer<Region>& plan) {
    node->saved_data["plan"] = c10::IValue::make_capsule(plan);
    if (!partners.is_same(samples)) node->saved_data["partners"] = partners.size(0);
    if constexpr (std::is_same_v<Region, slerp>) node->save_for_backward({samples, partners});
    return torch_mixed(plan->plan, samples, partners);
  }
  static tensors backward(context* node, tensors upstream) {
    const auto plan = c10::static_intrusive_pointer_cast<held_plan<Region>>(node->saved_data["plan"].toCapsule());
    const auto found = node->saved_data.find("partners");
    const auto partners =
        found != node->saved_data.end() ? std::optional<index_t>(found->second.toInt()) : std::nullopt;
    if constexpr (std::is_same_v<Region, slerp>) {
      const tensors saved = node->get_saved_variables();
      tensors by = torch_unmixed_slerp(plan->plan, saved[0], saved[1], partners.has_value(), upstream[0]);
      for (at::Tensor& gradient : by) gradient = differentiable_once(gradient, upstream[0], saved);
      return {by[0], partners ? by[1] : at::Tensor(), {}};
    } else {
      const tensors by = torch_unblend_node<Region>::apply(upstream[0], plan, partners);
      return {by[0], partners ? by[1] : at::Tensor(), {}};
    }
  }
};

template <class Region>
struct torch_unblend_node : ::torch::autograd::Function<torch_unblend_node<Region>> {
  using context = ::torch::autograd::AutogradContext;
  using tensors = ::torch::autograd::variable_list;

  static tensors forward(context* node, const at::Tensor& upstream, const plan_pointer<Region>& plan,
                         std::optional<index_t> partners) {
    node->saved_data["plan"] = c10::IValue::make_capsule(plan);
    return torch_unmixed(plan->plan, upstream, partners);
  }
  static tensors backward(context* node, tensors upstream) {
    const auto plan = c10::static_intrusive_pointer_cast<held_plan<Region>>(node->saved_data["plan"].toCapsule());
    return {torch_blend_node<Region>::apply(upstream[0], upstream.back(), plan), {}, {}};
  }
};

}  // namespace detail

/// Applies a plan to a batch of torch: `const at::Tensor mixed = torch_blend(plan, images)`, a new tensor that keeps
/// the order of the axes in memory (channels last stays so), differentiable by the samples; twice too, except along
/// great circles (`slerp`). Samples (N, ...) of 1 to 4 axes on the CPU, of any strides: float, double, bfloat16, half,
/// and integers of 8 and 16 bits. The node owns a copy of the plan. Refuses as `blend` does (std::invalid_argument).
///
/// Partners are another batch, or a queue, (M, ...), differentiable too; or the samples.
template <class Region>
at::Tensor torch_blend(const mix_plan<Region>& plan, const at::Tensor& samples, const at::Tensor& partners) {
  detail::require_host_tensor("torch_blend", "samples", samples);
  detail::require_host_tensor("torch_blend", "partners", partners);
  return detail::torch_blend_node<Region>::apply(samples, partners,
                                                 c10::make_intrusive<detail::held_plan<Region>>(plan));
}

/// The same where the partners are samples of the batch.
template <class Region>
at::Tensor torch_blend(const mix_plan<Region>& plan, const at::Tensor& samples) {
  return torch_blend(plan, samples, samples);
}
}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
