// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A plan whose arrays lie on the device in memory of its own, for calls that a CUDA graph captures.

#include <mixcon/gpu/mixing/mixing_calls.cuh>
#include <mixcon/gpu/stream.cuh>

#include <cstring>
#include <optional>

namespace mixcon::gpu {

/// What a captured kernel keeps of a region beside its arrays: numbers, and how long the arrays are.
template <class Region>
std::vector<index_t> shape_of(const Region& region) {
  std::vector<index_t> shape;
  const auto note = [&](const auto& field, const auto& again) -> void {
    using F = std::remove_cvref_t<decltype(field)>;
    if constexpr (std::is_same_v<F, mask>) {
      for (int axis = 0; axis < 4; ++axis) shape.push_back(field.extents[axis]);
    } else if constexpr (requires { field.size(); }) {
      shape.push_back(static_cast<index_t>(field.size()));
      using E = typename F::value_type;
      if constexpr (std::is_same_v<E, mask> || requires(const E& entry) { entry.size(); })
        for (const E& entry : field) again(entry, again);
    } else {
      index_t bits = 0;
      static_assert(sizeof field <= sizeof bits && std::is_trivially_copyable_v<F>);
      std::memcpy(&bits, &field, sizeof field);
      shape.push_back(bits);
    }
  };
  Region::fields(region, [&](const char*, const auto& field) { note(field, note); });
  return shape;
}

/// A plan on the device, for batches of one shape. It owns device memory and is made outside of a capture; calls with
/// it upload nothing. `replace` puts another plan of the same shape in its place, by which a captured graph then mixes.
template <class Region, int Rank>
class placed_plan {
 public:
  /// For `samples`, a device tensor; their partners are of the same batch, or of one of `candidates` samples.
  template <tier Tier, class T>
  placed_plan(const basic_stream<Tier>& on, const mix_plan<Region>& plan, const device_tensor<T, Rank>& samples,
              index_t candidates = 0)
      : extents_(samples.on_device.extents()),
        candidates_(candidates > 0 ? candidates : extents_[0]),
        lambdas_(plan.lambda.size()) {
    check(plan);
    shape_ = shape_of(plan.region);
    const plan_arrays<Region> arrays(plan, images(), candidates_);
    memory_ = device_memory(arrays.bytes());
    parts_ = arrays.parts();
    if constexpr (is_slerp<device_kind<Region>>)
      rows_ = device_memory(static_cast<std::size_t>(plan.samples()) * sizeof(slerp_row));
    upload(on.queue, arrays);
  }
  /// Uploads another plan, in the order of the stream. Refuses one whose arrays are longer or shorter, or whose other
  /// numbers (own_inside, interpolation, ...) differ.
  template <tier Tier>
  void replace(const basic_stream<Tier>& on, const mix_plan<Region>& plan) {
    check(plan);
    MIXCON_REQUIRE(
        plan.lambda.size() == lambdas_ && shape_of(plan.region) == shape_,
        "placed_plan: the plan that replaces another has arrays of other lengths, or other options; expected "
        "the same, since a captured graph keeps them. Make a new placed_plan.");
    upload(on.queue, plan_arrays<Region>(plan, images(), candidates_));
  }

  template <class T>
  void blend(launches& to, const tensor_view<const T, Rank>& samples, const tensor_view<const T, Rank>& partners,
             const tensor_view<T, Rank>& mixed) const {
    require_shape("enqueue_blend", "samples", samples.extents(), extents_[0]);
    require_shape("enqueue_blend", "the mixed batch", mixed.extents(), extents_[0]);
    require_shape("enqueue_blend", "the partners' batch", partners.extents(), candidates_);
    for (const auto& view : {samples, partners}) require_place("enqueue_blend", "an input's memory", view);
    require_place("enqueue_blend", "the mixed batch's memory", mixed);
    MIXCON_REQUIRE(!mixcon::detail::overlap(samples, mixed) && !mixcon::detail::overlap(partners, mixed),
                   "enqueue_blend: the mixed batch overlaps its input, whose samples are still read as partners; mix "
                   "into a batch of its own.");
    launch_blend(to, *parts_, samples, partners, mixed);
  }
  template <class T>
  void unblend(launches& to, const tensor_view<const T, Rank>& upstream, const tensor_view<T, Rank>& gradient,
               unblend_part part) const {
    require_shape("enqueue_unblend", "upstream", upstream.extents(), extents_[0]);
    const index_t rows = part == unblend_part::own ? extents_[0] : candidates_;
    require_shape("enqueue_unblend", "the gradient", gradient.extents(), rows);
    MIXCON_REQUIRE(part != unblend_part::both || candidates_ == extents_[0],
                   "enqueue_unblend: partners are of another batch; say unblend_part::own or ::partners.");
    require_place("enqueue_unblend", "the upstream gradient's memory", upstream);
    require_place("enqueue_unblend", "the gradient's memory", gradient);
    MIXCON_REQUIRE(!mixcon::detail::overlap(upstream, gradient),
                   "enqueue_unblend: the gradient overlaps the upstream gradient, which is still read; add into a "
                   "batch of its own.");
    launch_unblend(to, *parts_, upstream, gradient, part);
  }

 private:
  axes<4> images() const { return as_images_of<Region>(tensor_view<const char, Rank>(nullptr, extents_)).extents(); }
  void check(const mix_plan<Region>& plan) const {
    mixcon::detail::check_plan(plan, "placed_plan", extents_[0], candidates_);
    check_region(plan, "placed_plan", extents_);
  }
  void require_shape(const char* function, const char* name, const axes<Rank>& found, index_t samples) const {
    axes<Rank> expected = extents_;
    expected[0] = samples;
    MIXCON_REQUIRE(found == expected, function, ": ", name, " are ", found, "; the plan was placed for ", expected,
                   ".");
  }
  void upload(stream_handle on, const plan_arrays<Region>& arrays) {
    MIXCON_REQUIRE(!is_captured(on), "placed_plan: this stream is being captured; place plans before.");
    require_ok("placed_plan", arrays.upload(memory_.data(), on, *parts_));
    if constexpr (is_slerp<device_kind<Region>>) parts_->kind.row = static_cast<slerp_row*>(rows_.data());
  }

  axes<Rank> extents_;
  index_t candidates_;
  std::size_t lambdas_;
  std::vector<index_t> shape_;
  device_memory memory_, rows_;
  std::optional<plan_parts<Region>> parts_;
};

}  // namespace mixcon::gpu
