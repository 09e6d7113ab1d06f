// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixing on a stream, checked and enqueued: what blend and unblend become there.

#include <mixcon/gpu/device_checks.cuh>
#include <mixcon/gpu/launches.cuh>
#include <mixcon/gpu/layout.cuh>
#include <mixcon/gpu/mixing/plan_arrays.cuh>

namespace mixcon::gpu {

template <class Kind>
inline constexpr bool is_slerp = std::is_same_v<Kind, device_kind<slerp>>;
template <class Kind>
inline constexpr bool is_same_everywhere = requires { requires Kind::same_everywhere; };

/// Batches of which each sample is one run of memory, in the same order, as (N, 1, 1, all of a sample).
template <class... T>
bool are_runs(const tensor_view<T, 4>&... batches) {
  return mixcon::detail::is_one_run(mixcon::detail::sample_of(batches, 0)...);
}
template <class T>
tensor_view<T, 4> as_runs(const tensor_view<T, 4>& batch) {
  const index_t size = batch.extent(1) * batch.extent(2) * batch.extent(3);
  return {batch.data(), {batch.extent(0), 1, 1, size}, {batch.stride(0), 0, 0, 1}};
}
template <class T>
void require_sample_fits(const char* function, const tensor_view<T, 4>& batch) {
  const index_t size = batch.extent(1) * batch.extent(2) * batch.extent(3);
  MIXCON_REQUIRE(size <= index_t{0x7fffffff}, function, ": a sample has ", size,
                 " numbers; on the device expected at most 2^31 - 1. Mix its parts one after another.");
}

/// One thread for each pack of a sample, and a row of blocks for each sample.
template <auto Kernel, class... Argument>
void launch_over(launches& to, const walk& by, index_t samples, const Argument&... arguments) {
  constexpr index_t most = 65535;
  if (!to.found().ok() || by.count == 0 || samples == 0) return;
  const dim3 grid(blocks_of(by.count, 128), static_cast<unsigned>(samples < most ? samples : most));
  to.keep(launch<Kernel>(grid, dim3(128), 0, to.on(), arguments...));
}

/// Mixes by the parts of a plan that lie on the device.
template <class Region, class T, int Rank>
void launch_blend(launches& to, const plan_parts<Region>& parts, const tensor_view<const T, Rank>& samples_given,
                  const tensor_view<const T, Rank>& partners_given, const tensor_view<T, Rank>& mixed_given) {
  using kind = device_kind<Region>;
  auto samples = as_images_of<Region>(samples_given), partners = as_images_of<Region>(partners_given);
  auto mixed = as_images_of<Region>(mixed_given);
  require_sample_fits("blend", mixed);
  if constexpr (is_slerp<kind>)
    to.a_warp_each<&measure_slerp<T>>(samples.extent(0), parts.kind, parts.lists.partner, samples, partners,
                                      tensor_view<const T, 4>());
  if constexpr (is_same_everywhere<kind>)
    if (are_runs(samples, partners, mixed))
      samples = as_runs(samples), partners = as_runs(partners), mixed = as_runs(mixed);
  const walk by = walk_along(mixed);
  if constexpr (!MovesEntries<kind>) {
    constexpr int width = static_cast<int>(16 / sizeof(T));
    if (fits_packs(by, width, samples, partners, mixed)) {
      const walk packs = in_packs(by, width);
      return launch_over<&blend_entries<width, kind, T>>(to, packs, mixed.extent(0), parts.kind, packs, parts.lists,
                                                         samples, partners, mixed);
    }
  }
  launch_over<&blend_entries<1, kind, T>>(to, by, mixed.extent(0), parts.kind, by, parts.lists, samples, partners,
                                          mixed);
}

/// Adds the adjoint by the parts of a plan that lie on the device.
template <class Region, class T, int Rank>
void launch_unblend(launches& to, const plan_parts<Region>& parts, const tensor_view<const T, Rank>& upstream_given,
                    const tensor_view<T, Rank>& gradient_given, unblend_part part) {
  using kind = device_kind<Region>;
  static_assert(Storable<T>, "mixcon: unblend adds gradients, which are float, double, half or bfloat16");
  static_assert(!is_slerp<kind>, "mixcon: the gradient of a slerp plan needs its rows; call gpu::unblend_slerp");
  auto upstream = as_images_of<Region>(upstream_given);
  auto gradient = as_images_of<Region>(gradient_given);
  require_sample_fits("unblend", gradient);
  if constexpr (is_same_everywhere<kind>)
    if (are_runs(upstream, gradient)) upstream = as_runs(upstream), gradient = as_runs(gradient);
  const walk by = walk_along(gradient);
  if constexpr (!MovesEntries<kind>) {
    constexpr int width = static_cast<int>(16 / sizeof(T));
    if (fits_packs(by, width, upstream, gradient)) {
      const walk packs = in_packs(by, width);
      return launch_over<&unblend_entries<width, kind, T>>(to, packs, gradient.extent(0), parts.kind, packs,
                                                           parts.consumers, parts.lists.lists, part, upstream,
                                                           gradient);
    }
  }
  launch_over<&unblend_entries<1, kind, T>>(to, by, gradient.extent(0), parts.kind, by, parts.consumers,
                                            parts.lists.lists, part, upstream, gradient);
}

/// A plan's parts in a stream's workspace.
template <class Region>
class plan_in_workspace {
 public:
  plan_in_workspace(const mix_plan<Region>& plan, const axes<4>& extents, index_t candidates)
      : arrays_(plan, extents, candidates), rows_(is_slerp<device_kind<Region>> ? plan.samples() : 0) {}
  std::size_t bytes() const { return lay_out(nullptr).used(); }

  /// Refused before anything is enqueued: a short workspace, and a capture, whose graph runs when the plan may be gone.
  plan_parts<Region> upload(launches& to, const char* function, const call_place& place) const {
    MIXCON_REQUIRE(!is_captured(place.queue), function,
                   ": the plan's arrays lie in the host's memory and may be gone when the captured graph runs; make a "
                   "gpu::placed_plan before the capture and pass that");
    require_buffer(function, "the stream's workspace", "gpu::workspace_bytes", place.workspace, place.workspace_bytes,
                   bytes());
    plan_parts<Region> placed = arrays_.parts();
    std::byte* base = nullptr;
    lay_out(place.workspace, &base, &placed);
    const plan_parts<Region> laid = placed;
    to.keep(arrays_.upload(base, place.queue, placed));
    if constexpr (is_slerp<device_kind<Region>>) placed.kind.row = laid.kind.row;
    return placed;
  }

 private:
  arena lay_out(void* workspace, std::byte** base = nullptr, plan_parts<Region>* parts = nullptr) const {
    arena from(workspace);
    auto* const arrays = from.take<std::byte>(static_cast<index_t>(arrays_.bytes()));
    if (base != nullptr) *base = arrays;
    if constexpr (is_slerp<device_kind<Region>>) {
      auto* const rows = from.take<slerp_row>(rows_);
      if (parts != nullptr) parts->kind.row = rows;
    }
    return from;
  }
  plan_arrays<Region> arrays_;
  index_t rows_;
};

template <class Region, class T, int Rank>
void enqueue_blend_in(launches& to, const call_place& place, const mix_plan<Region>& plan,
                      const tensor_view<const T, Rank>& samples, const tensor_view<const T, Rank>& partners,
                      const tensor_view<T, Rank>& mixed) {
  require_place("blend", "the samples' memory", samples);
  require_place("blend", "the partners' memory", partners);
  require_place("blend", "the mixed batch's memory", mixed);
  const plan_in_workspace<Region> held(plan, as_images_of<Region>(samples).extents(), 0);
  launch_blend(to, held.upload(to, "blend", place), samples, partners, mixed);
}
template <class Region, class T, int Rank>
void enqueue_unblend_in(launches& to, const call_place& place, const mix_plan<Region>& plan,
                        const tensor_view<const T, Rank>& upstream, const tensor_view<T, Rank>& gradient,
                        unblend_part part) {
  require_place("unblend", "the upstream gradient's memory", upstream);
  require_place("unblend", "the gradient's memory", gradient);
  const index_t candidates = part == unblend_part::own ? 0 : gradient.extent(0);
  const plan_in_workspace<Region> held(plan, as_images_of<Region>(upstream).extents(), candidates);
  launch_unblend(to, held.upload(to, "unblend", place), upstream, gradient, part);
}

}  // namespace mixcon::gpu
