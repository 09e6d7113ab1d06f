// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `blend` applies a plan to a batch, `unblend` is its adjoint: one pair of functions for every kind of plan.

#include <mixcon/core/config.hpp>
#include <mixcon/core/overlap.hpp>
#include <mixcon/core/require.hpp>
#include <mixcon/core/tensor_traits.hpp>
#include <mixcon/core/workspace.hpp>
#include <mixcon/mix/apply.hpp>
#include <mixcon/mix/executor.hpp>
#include <mixcon/mix/plan.hpp>

#include <type_traits>
#include <utility>

MIXCON_STRICT_FLOATS_BEGIN

namespace mixcon {

namespace detail {

template <class Input, class Output>
constexpr bool types_fit() {
  using from = std::remove_const_t<typename Input::element>;
  static_assert(!std::is_const_v<typename Output::element>,
                "mixcon: the last argument is written to, and this one is const");
  static_assert(std::is_same_v<from, std::remove_const_t<typename Output::element>>,
                "mixcon: input and output have the same element type; convert one of them first");
  static_assert(Input::rank == Output::rank, "mixcon: input and output have the same number of axes");
  return !std::is_const_v<typename Output::element> && Input::rank == Output::rank &&
         std::is_same_v<from, std::remove_const_t<typename Output::element>>;
}

template <class T, int Rank>
tensor_view<const T, Rank> read_only(const tensor_view<T, Rank>& tensor) {
  return tensor;
}

template <class... Tensors>
concept Batches = (HasLastingView<Tensors> && ...);
template <class Tensor>
using batch_view = decltype(traits_of<Tensor>::view(std::declval<Tensor&>()));
/// Whether batches have one element type and rank.
template <class First, class... More>
inline constexpr bool are_alike = (... && (std::is_same_v<std::remove_const_t<typename batch_view<First>::element>,
                                                          std::remove_const_t<typename batch_view<More>::element>> &&
                                           batch_view<First>::rank == batch_view<More>::rank));
/// Says at compile time why the first of these that cannot be viewed is refused.
template <class First, class... More>
void refuse_batches() {
  if constexpr (Batches<First>)
    refuse_batches<More...>();
  else
    static_cast<void>(sizeof(no_view<First, 0>));
}
/// The view of a tensor of any rank.
template <class Tensor>
auto batch_of(const char* function, const char* name, Tensor&& tensor) {
  return require_data(function, name, traits_of<Tensor>::view(tensor));
}

/// Refuses at compile time batches that an executor cannot reach.
template <class Executor, class Region, class From, class To, class... Tensors>
constexpr bool reaches() {
  constexpr bool fits = !(... || is_on_device<Tensors>) || BringsBlend<Executor, mix_plan<Region>, From, To>;
  static_assert(
      fits,
      "mixcon: these batches lie in a device's memory, and this call mixes in the host's; pass an executor of "
      "that device before the plan, or copies on the host");
  return fits;
}

/// Whether that is what may end a call, after the tensors.
template <class T>
inline constexpr bool is_memory =
    std::is_convertible_v<std::add_lvalue_reference_t<std::remove_cvref_t<T>>, in_workspace>;

template <class Executor, class Region, class Sample, class Partners, class Mixed>
requires(!is_memory<Mixed>)
void blend_by(Executor& executor, const mix_plan<Region>& plan, const Sample& sample, const Partners& partners,
              Mixed&& mixed, const in_workspace& memory = in_workspace::none()) {
  if constexpr (Batches<const Sample&, const Partners&, Mixed>) {
    const auto from = read_only(batch_of("blend", "the samples", sample));
    const auto others = read_only(batch_of("blend", "the partners' batch", partners));
    const auto to = batch_of("blend", "the mixed batch", mixed);
    if constexpr (types_fit<decltype(from), decltype(to)>() && types_fit<decltype(others), decltype(to)>() &&
                  reaches<Executor, Region, decltype(from), decltype(to), Sample, Partners, Mixed>())
      blend_views(executor, plan, from, others, to, memory.memory);
  } else {
    refuse_batches<const Sample&, const Partners&, Mixed>();
  }
}

template <class Executor, class Region, class Sample, class Mixed>
void blend_by(Executor& executor, const mix_plan<Region>& plan, const Sample& sample, Mixed&& mixed,
              const in_workspace& memory = in_workspace::none()) {
  blend_by(executor, plan, sample, sample, std::forward<Mixed>(mixed), memory);
}

template <class Executor, class Region, class Upstream, class Gradient>
void unblend_by(Executor& executor, const mix_plan<Region>& plan, const Upstream& upstream, Gradient&& gradient,
                const in_workspace& memory = in_workspace::none()) {
  if constexpr (Batches<const Upstream&, Gradient>) {
    const auto from = read_only(batch_of("unblend", "the upstream gradient", upstream));
    const auto to = batch_of("unblend", "the gradient", gradient);
    if constexpr (types_fit<decltype(from), decltype(to)>() &&
                  reaches<Executor, Region, decltype(from), decltype(to), Upstream, Gradient>())
      unblend_views(executor, plan, from, to, unblend_part::both, memory.memory);
  } else {
    refuse_batches<const Upstream&, Gradient>();
  }
}
template <class Executor, class Region, class Upstream, class Gradient, class PartnerGradient>
requires(!is_memory<PartnerGradient>)
void unblend_by(Executor& executor, const mix_plan<Region>& plan, const Upstream& upstream, Gradient&& gradient,
                PartnerGradient&& partner_gradient, const in_workspace& memory = in_workspace::none()) {
  if constexpr (Batches<const Upstream&, Gradient, PartnerGradient>) {
    const auto from = read_only(batch_of("unblend", "the upstream gradient", upstream));
    const auto to = batch_of("unblend", "the gradient", gradient);
    const auto to_partners = batch_of("unblend", "the partners' gradient", partner_gradient);
    if constexpr (types_fit<decltype(from), decltype(to)>() && types_fit<decltype(from), decltype(to_partners)>() &&
                  reaches<Executor, Region, decltype(from), decltype(to), Upstream, Gradient, PartnerGradient>()) {
      MIXCON_REQUIRE(
          !overlap(to, to_partners),
          "unblend: the two gradients overlap; where samples and partners are one batch, pass one gradient.");
      if (to) unblend_views(executor, plan, from, to, unblend_part::own, memory.memory);
      if (to_partners) unblend_views(executor, plan, from, to_partners, unblend_part::partners, memory.memory);
    }
  } else {
    refuse_batches<const Upstream&, Gradient, PartnerGradient>();
  }
}

template <class T>
concept APlan = requires(const T& plan) { []<class Region>(const mix_plan<Region>&) {}(plan); };
template <class... Given>
constexpr bool are_two_or_three() {
  constexpr int count = static_cast<int>(sizeof...(Given));
  const bool memory[] = {is_memory<Given>..., false};
  for (int k = 0; k + 1 < count; ++k)
    if (memory[k]) return false;
  const int tensors = count > 0 && memory[count - 1] ? count - 1 : count;
  return tensors == 2 || tensors == 3;
}
/// The tensors of a call: samples and mixed batch, or an upstream gradient and a gradient; and one more of partners. A
/// workspace may follow.
template <class... Given>
concept TwoOrThree = are_two_or_three<Given...>();

enum class mixing_mistake { none, no_plan, other_count };
template <class First, class Second = void, class... More>
constexpr mixing_mistake mistake_in_mixing() {
  if constexpr (APlan<First>)
    return TwoOrThree<Second, More...> ? mixing_mistake::none : mixing_mistake::other_count;
  else if constexpr (APlan<Second>)
    return TwoOrThree<More...> ? mixing_mistake::none : mixing_mistake::other_count;
  else
    return mixing_mistake::no_plan;
}
template <class... Arguments>
concept MistakenMixing = mistake_in_mixing<Arguments...>() != mixing_mistake::none;
template <mixing_mistake Found>
constexpr void refuse_mixing() {
  static_assert(Found != mixing_mistake::no_plan,
                "mixcon: the plan comes first, or after the executor, as in blend(plan, samples, mixed) or "
                "unblend(tiled{}, plan, upstream, gradient); policy.plan(shape, draws) makes one");
  static_assert(Found != mixing_mistake::other_count,
                "mixcon: after the plan come two tensors, as in blend(plan, samples, mixed), or three where the "
                "partners are another batch, as in blend(plan, samples, partners, mixed)");
}

}  // namespace detail

/// Applies a plan: mixed(i) is made of sample i and sample partner[i] as the region says.
///
///   blend(plan, samples, mixed)                        on the calling thread
///   blend(plan, samples, partners, mixed)              partner[i] counts in another batch, or a queue, of M samples
///   blend(executor, plan, samples, mixed) ...          tiled{}, tiled{.threads = 4}, a thread_pool: same result
///   blend(plan, samples, mixed, memory) ...            a workspace last: the order of a large batch lives there
///
/// Samples (N, ...) of rank 1 to 4 and any strides, mixed likewise; the mixed batch overlaps no input. Same result for
/// the same plan on every backend, up to rounding. The plan is checked: partners in range, lambda in [0, 1], boxes
/// within the image. A plan may be applied to several tensors one after another: both views of a batch, its
/// segmentation masks.
template <class Region, class... Tensors>
requires detail::TwoOrThree<Tensors...>
void blend(const mix_plan<Region>& plan, Tensors&&... samples_to_mixed) {
  detail::calling_thread executor;
  detail::blend_by(executor, plan, std::forward<Tensors>(samples_to_mixed)...);
}
/// The same by an executor; what it must have stands in mixcon/mix/executor.hpp.
template <class Executor, class Region, class... Tensors>
requires detail::TwoOrThree<Tensors...>
void blend(Executor&& executor, const mix_plan<Region>& plan, Tensors&&... samples_to_mixed) {
  detail::blend_by(executor, plan, std::forward<Tensors>(samples_to_mixed)...);
}

/// The adjoint of `blend`: adds to the gradient with respect to the samples what the gradient with respect to the mixed
/// batch implies, from each sample's own share and from those it was the partner of.
///
///   unblend(plan, upstream, gradient)                      both (N, ...)
///   unblend(plan, upstream, gradient, partner_gradient)    where the partners came from elsewhere: that batch (M, ...)
///   unblend(executor, plan, upstream, gradient) ...
///   unblend(plan, upstream, gradient, memory) ...          a workspace last: another such call allocates nothing
///
/// Contributions come in a fixed order, so the result is reproducible bit for bit, repeated partners or not, on any
/// number of threads.
template <class Region, class... Tensors>
requires detail::TwoOrThree<Tensors...>
void unblend(const mix_plan<Region>& plan, Tensors&&... upstream_to_gradients) {
  detail::calling_thread executor;
  detail::unblend_by(executor, plan, std::forward<Tensors>(upstream_to_gradients)...);
}
/// The same by an executor.
template <class Executor, class Region, class... Tensors>
requires detail::TwoOrThree<Tensors...>
void unblend(Executor&& executor, const mix_plan<Region>& plan, Tensors&&... upstream_to_gradients) {
  detail::unblend_by(executor, plan, std::forward<Tensors>(upstream_to_gradients)...);
}

// What fits no call above for a reason that we know comes here, and is refused in one sentence.
template <class... Arguments>
requires detail::MistakenMixing<Arguments...>
void blend(const Arguments&...) {
  detail::refuse_mixing<detail::mistake_in_mixing<Arguments...>()>();
}
template <class... Arguments>
requires detail::MistakenMixing<Arguments...>
void unblend(const Arguments&...) {
  detail::refuse_mixing<detail::mistake_in_mixing<Arguments...>()>();
}

}  // namespace mixcon

MIXCON_STRICT_FLOATS_END
