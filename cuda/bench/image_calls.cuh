// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Mixing a batch of images as a `measured_call`, and its adjoint, by a plan that lies on the device.

#include "device_numbers.cuh"
#include "kernel_cases.hpp"
#include "loss_calls.cuh"

#include <mixcon/core/random/philox.hpp>
#include <mixcon/gpu/mixing/blend.cuh>

#include <cmath>

namespace mixcon_bench {

/// N images of D = 3 side^2 numbers. Policy says which plan: `plan(shape, seed)`. A forward pass blends; with a
/// gradient, its adjoint is added to zeros, which are written first.
template <class E, class Policy>
class blend_call final : public measured_call {
  using plan_type = decltype(Policy::plan(mixcon::image_shape{}, 0));
  using region = decltype(plan_type::region);

 public:
  blend_call(const call_sizes& sizes, bool with_gradient, gpu::stream_handle on)
      : with_gradient_(with_gradient), x_(sizes.rows * sizes.width), result_(sizes.rows * sizes.width) {
    on_.queue = on;
    x_.fill(sizes.seed, 1, on);
    const auto side = static_cast<index_t>(std::lround(std::sqrt(static_cast<double>(sizes.width) / 3)));
    MIXCON_REQUIRE(3 * side * side == sizes.width, "blend_call: images of ", sizes.width,
                   " numbers; expected 3 side^2 of them.");
    from_ = gpu::device_tensor<E, 4>(x_.data(), {sizes.rows, 3, side, side});
    to_ = gpu::device_tensor<E, 4>(result_.data(), {sizes.rows, 3, side, side});
    const plan_type plan = Policy::plan({sizes.rows, 3, side, side}, sizes.seed);
    placed_ = std::make_unique<gpu::placed_plan<region, 4>>(on_, plan, from_);
  }
  void enqueue() override {
    if (!with_gradient_) return require_enqueued(gpu::enqueue_blend(on_, *placed_, from_, to_));
    gpu::require_ok("clear", gpu::fill_bytes(result_.data(), 0, result_.bytes(), on_.queue));
    require_enqueued(gpu::enqueue_unblend(on_, *placed_, from_, to_));
  }
  void poison() override { result_.poison(on_.queue); }
  double value() override {
    gpu::require_ok("blend", gpu::wait(on_.queue));
    return 0;
  }
  std::vector<double> gradient() override {
    std::vector<double> all;
    for (const E x : result_.host(on_.queue)) all.push_back(static_cast<double>(static_cast<float>(x)));
    return all;
  }
  std::size_t workspace_bytes() const override { return 0; }

 private:
  bool with_gradient_;
  device_numbers<E> x_, result_;
  gpu::device_tensor<E, 4> from_{}, to_{};
  std::unique_ptr<gpu::placed_plan<region, 4>> placed_{};
  gpu::stream on_{};
};

template <class E, class Policy>
call_kind kind_of_blend() {
  call_kind kind{.loss = Policy::name, .tier = "pairs", .element = name_of_element<E>()};
  kind.work = [](const call_sizes& sizes, bool with_gradient) {
    const double entries = static_cast<double>(sizes.rows) * static_cast<double>(sizes.width);
    return work_count{0, 0, 0, entries * sizeof(E) * (with_gradient ? 4 : Policy::accesses)};
  };
  kind.make = [](const call_sizes& sizes, bool with_gradient, gpu::stream_handle on) -> std::unique_ptr<measured_call> {
    return std::make_unique<blend_call<E, Policy>>(sizes, with_gradient, on);
  };
  kind.value_bound = 0;
  kind.gradient_bound = sizeof(E) == 8 ? 1e-12 : sizeof(E) == 4 ? 1e-6 : 4e-3;
  kind.form = call_form::images;
  return kind;
}

}  // namespace mixcon_bench
