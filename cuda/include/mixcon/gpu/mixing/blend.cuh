// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `blend` and `unblend` on a gpu::stream, for every kind of plan, and the same below the door: gpu::enqueue_blend.

#include <mixcon/gpu/enqueue.cuh>
#include <mixcon/gpu/mixing/placed_plan.cuh>

#include <mixcon/mix/blend.hpp>

namespace mixcon::gpu {

// mixcon::blend(on, plan, samples, mixed) and mixcon::unblend(on, plan, upstream, gradient) take a gpu::stream and
// device tensors, and check what they check on the host. They enqueue and do not wait: what follows on the stream finds
// the mixed batch. Results are those of the host, to the last bit where the processor rounds products as the device
// does; slerp, whose sines are the device's, to a unit in the last place of float.

/// How many bytes of workspace `blend` and `unblend` take with a plan and the tensors of the call.
template <tier Tier, class Region, class Samples, class... More>
std::size_t workspace_bytes(const basic_stream<Tier>&, const mix_plan<Region>& plan, const Samples& samples,
                            const More&... more) {
  const auto first = mixcon::detail::traits_of<Samples>::view(samples);
  index_t candidates = first.extent(0);
  const auto count = [&](const auto& batch) {
    const index_t number = mixcon::detail::traits_of<decltype(batch)>::view(batch).extent(0);
    if (number > candidates) candidates = number;
  };
  (count(more), ...);
  mixcon::detail::check_plan(plan, "gpu::workspace_bytes", plan.samples(), candidates);
  return plan_in_workspace<Region>(plan, as_images_of<Region>(first).extents(), candidates).bytes();
}

// What the stream's members call.
template <class Region, class T, int Rank>
void blend_on_device(const call_place& place, const mix_plan<Region>& plan, const tensor_view<const T, Rank>& samples,
                     const tensor_view<const T, Rank>& partners, const tensor_view<T, Rank>& mixed) {
  launches to(place.queue);
  enqueue_blend_in(to, place, plan, samples, partners, mixed);
  require_ok("blend", to.found());
}
template <class Region, class T, int Rank>
void unblend_on_device(const call_place& place, const mix_plan<Region>& plan,
                       const tensor_view<const T, Rank>& upstream, const tensor_view<T, Rank>& gradient,
                       unblend_part part) {
  launches to(place.queue);
  enqueue_unblend_in(to, place, plan, upstream, gradient, part);
  require_ok("unblend", to.found());
}

/// An executor of mixing that only enqueues.
struct enqueues_mixing {
  const call_place& place;
  launches& to;
  template <class Region, class T, int Rank>
  void blend(const mix_plan<Region>& plan, const tensor_view<const T, Rank>& samples,
             const tensor_view<const T, Rank>& partners, const tensor_view<T, Rank>& mixed) const {
    enqueue_blend_in(to, place, plan, samples, partners, mixed);
  }
  template <class Region, class T, int Rank>
  void unblend(const mix_plan<Region>& plan, const tensor_view<const T, Rank>& upstream,
               const tensor_view<T, Rank>& gradient, unblend_part part) const {
    enqueue_unblend_in(to, place, plan, upstream, gradient, part);
  }
};

/// mixcon::blend below the door: (on, plan, samples, mixed), or with the partners' batch before the mixed one. A plan
/// of the host is uploaded, and refused while the stream is captured; a placed_plan is not.
template <tier Tier, class Region, class... Tensors>
enqueue_status enqueue_blend(const basic_stream<Tier>& on, const mix_plan<Region>& plan,
                             const Tensors&... samples_to_mixed) noexcept {
  return enqueued("enqueue_blend", on, [&](launches& to) {
    const call_place place = on.place(true);
    enqueues_mixing by{place, to};
    mixcon::detail::blend_by(by, plan, samples_to_mixed...);
  });
}
/// mixcon::unblend below the door: (on, plan, upstream, gradient), or with the partners' gradient after it.
template <tier Tier, class Region, class... Tensors>
enqueue_status enqueue_unblend(const basic_stream<Tier>& on, const mix_plan<Region>& plan,
                               const Tensors&... upstream_to_gradients) noexcept {
  return enqueued("enqueue_unblend", on, [&](launches& to) {
    const call_place place = on.place(true);
    enqueues_mixing by{place, to};
    mixcon::detail::unblend_by(by, plan, upstream_to_gradients...);
  });
}

/// By a plan that lies on the device. Samples and partners are those that it was placed for.
template <tier Tier, class Region, int Rank, class Samples, class Partners, class Mixed>
enqueue_status enqueue_blend(const basic_stream<Tier>& on, const placed_plan<Region, Rank>& plan,
                             const Samples& samples, const Partners& partners, const Mixed& mixed) noexcept {
  return enqueued("enqueue_blend", on, [&](launches& to) {
    using mixcon::detail::batch_of;
    const auto from = mixcon::detail::read_only(batch_of("enqueue_blend", "the samples", samples));
    const auto others = mixcon::detail::read_only(batch_of("enqueue_blend", "the partners' batch", partners));
    const auto into = batch_of("enqueue_blend", "the mixed batch", mixed);
    if constexpr (mixcon::detail::types_fit<decltype(from), decltype(into)>() &&
                  mixcon::detail::types_fit<decltype(others), decltype(into)>())
      plan.blend(to, from, others, into);
  });
}
template <tier Tier, class Region, int Rank, class Samples, class Mixed>
enqueue_status enqueue_blend(const basic_stream<Tier>& on, const placed_plan<Region, Rank>& plan,
                             const Samples& samples, const Mixed& mixed) noexcept {
  return enqueue_blend(on, plan, samples, samples, mixed);
}
/// Both shares of the adjoint, where samples and partners are one batch.
template <tier Tier, class Region, int Rank, class Upstream, class Gradient>
enqueue_status enqueue_unblend(const basic_stream<Tier>& on, const placed_plan<Region, Rank>& plan,
                               const Upstream& upstream, const Gradient& gradient,
                               unblend_part part = unblend_part::both) noexcept {
  return enqueued("enqueue_unblend", on, [&](launches& to) {
    using mixcon::detail::batch_of;
    const auto from = mixcon::detail::read_only(batch_of("enqueue_unblend", "the upstream gradient", upstream));
    const auto into = batch_of("enqueue_unblend", "the gradient", gradient);
    if constexpr (mixcon::detail::types_fit<decltype(from), decltype(into)>()) plan.unblend(to, from, into, part);
  });
}

/// The gradient of mixing along the great circle, as mixcon::unblend_slerp on the host: adds to the gradients of
/// samples (N, D) and of the partners' batch (M, D). Where they are one batch, pass it, and its gradient, twice.
/// Enqueues and does not wait.
template <tier Tier, class T>
void unblend_slerp(const basic_stream<Tier>& on, const mix_plan<slerp>& plan, const device_tensor<T, 2>& samples,
                   const device_tensor<T, 2>& partners, const device_tensor<T, 2>& upstream,
                   const device_tensor<T, 2>& gradient, const device_tensor<T, 2>& partner_gradient) {
  const char* const function = "unblend_slerp";
  const auto &from = samples.on_device, &others = partners.on_device, &up = upstream.on_device,
             &into = gradient.on_device, &into_partners = partner_gradient.on_device;
  MIXCON_REQUIRE(up.extents() == from.extents() && into.extents() == from.extents() &&
                     into_partners.extents() == others.extents() && others.extent(1) == from.extent(1),
                 "unblend_slerp: samples are ", from.extents(), ", upstream ", up.extents(), ", the gradients ",
                 into.extents(), " and ", into_partners.extents(), " for partners ", others.extents(),
                 "; expected the shapes of samples and partners.");
  mixcon::detail::check_plan(plan, function, from.extent(0), others.extent(0));
  for (const auto& view : {from, others, up}) require_place(function, "a batch's memory", view);
  for (const auto& view : {into, into_partners}) require_place(function, "a gradient's memory", view);
  const bool one_batch = into.data() == into_partners.data();
  MIXCON_REQUIRE(one_batch ? into.extents() == into_partners.extents() : !mixcon::detail::overlap(into, into_partners),
                 "unblend_slerp: the two gradients overlap; where samples and partners are one batch, pass one "
                 "gradient twice.");
  launches to(on.queue);
  const plan_in_workspace<slerp> held(plan, as_images<false>(from).extents(), others.extent(0));
  const plan_parts<slerp> parts = held.upload(to, function, on.place());
  const auto images = [](const matrix_view<T>& of) { return tensor_view<const T, 4>(as_images<false>(of)); };
  to.a_warp_each<&measure_slerp<T>>(from.extent(0), parts.kind, parts.lists.partner, images(from), images(others),
                                    images(up));
  const auto add = [&](unblend_part part, const matrix_view<T>& gradient_of) {
    to.a_warp_each<&unblend_slerp_rows<T>>(gradient_of.extent(0), parts.kind, parts.lists.partner, parts.consumers,
                                           part, images(from), images(others), images(up),
                                           as_images<false>(gradient_of));
  };
  if (one_batch) {
    add(unblend_part::both, into);
  } else {
    add(unblend_part::own, into);
    add(unblend_part::partners, into_partners);
  }
  require_ok(function, to.found());
}

}  // namespace mixcon::gpu
