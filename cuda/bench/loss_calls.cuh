// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Calls of losses as `measured_call`: one class for rows, one for given logits.

#include "device_numbers.cuh"
#include "kernel_cases.hpp"

#include <mixcon/gpu/enqueue.cuh>

#include <cmath>

namespace mixcon_bench {

/// The name of a type of rows, as PyTorch spells it.
template <class E>
constexpr const char* name_of_element() {
  return std::is_same_v<E, double>         ? "float64"
         : std::is_same_v<E, float>        ? "float32"
         : std::is_same_v<E, mixcon::half> ? "float16"
                                           : "bfloat16";
}

/// The power of two that makes rows of width D, uniform in [-scale, scale), about unit rows.
inline float scale_of_rows(index_t width) {
  return static_cast<float>(std::exp2(std::round(0.5 * std::log2(3.0 / static_cast<double>(width)))));
}

/// Where a call leaves its outcome.
class outcome_on_device {
 public:
  gpu::outcome* address() const { return place_.data(); }
  void poison(gpu::stream_handle on) { place_.poison(on); }
  double value(gpu::stream_handle on) const { return gpu::read<double>(place_.host(on).front(), "bench").value; }

 private:
  device_numbers<gpu::outcome> place_{1};
};

inline void require_enqueued(const gpu::enqueue_status& found) { MIXCON_REQUIRE(found.ok(), found.why()); }

/// A loss over rows. Loss says which: `criterion()`, `targets(n)` (what it refers to lives in the Loss), `mirrors`.
template <gpu::tier Tier, class E, class Loss>
class rows_call final : public measured_call {
  using rows = gpu::device_tensor<E, 2>;
  using T = mixcon::compute_t<rows>;

 public:
  rows_call(const call_sizes& sizes, bool with_gradient, gpu::stream_handle on)
      : loss_(sizes.rows), with_gradient_(with_gradient), entries_(sizes.rows * sizes.width), a_(entries_) {
    on_.queue = on;
    const float scale = scale_of_rows(sizes.width);
    a_.fill(sizes.seed, scale, on);
    anchors_ = gpu::device_matrix(a_.data(), sizes.rows, sizes.width);
    candidates_ = anchors_;
    if (!Loss::mirrors) {
      c_ = device_numbers<E>(entries_);
      c_.fill(sizes.seed + 1, scale, on);
      candidates_ = gpu::device_matrix(c_.data(), sizes.rows, sizes.width);
    }
    if (with_gradient) {
      by_a_ = device_numbers<T>(entries_);
      wanted_.anchors = gpu::device_matrix(by_a_.data(), sizes.rows, sizes.width).on_device;
      if (!Loss::mirrors) by_c_ = device_numbers<T>(entries_);
      T* const by_candidates = Loss::mirrors ? by_a_.data() : by_c_.data();
      wanted_.candidates = {gpu::device_matrix(by_candidates, sizes.rows, sizes.width).on_device};
    }
    workspace_ =
        gpu::device_memory(gpu::workspace_bytes(on_, loss_.criterion(), loss_.targets(), anchors_, candidates_));
    on_.workspace = workspace_.data(), on_.workspace_bytes = workspace_.bytes();
  }
  void enqueue() override {
    if (with_gradient_) {
      require_enqueued(gpu::enqueue_value_and_grad(on_, loss_.criterion(), loss_.targets(), anchors_, candidates_,
                                                   wanted_, result_.address()));
    } else {
      gpu::saved kept;
      require_enqueued(gpu::enqueue_forward(on_, loss_.criterion(), loss_.targets(), anchors_, candidates_, kept,
                                            result_.address()));
    }
  }
  void poison() override {
    result_.poison(on_.queue), by_a_.poison(on_.queue), by_c_.poison(on_.queue);
    poison_bytes(workspace_.data(), workspace_.bytes(), on_.queue);
  }
  double value() override { return result_.value(on_.queue); }
  std::vector<double> gradient() override {
    std::vector<double> all;
    for (const auto* part : {&by_a_, &by_c_})
      for (T x : part->host(on_.queue)) all.push_back(static_cast<double>(x));
    return all;
  }
  std::size_t workspace_bytes() const override { return workspace_.bytes(); }

 private:
  Loss loss_;
  bool with_gradient_;
  index_t entries_;
  device_numbers<E> a_, c_{};
  device_numbers<T> by_a_{}, by_c_{};
  rows anchors_{}, candidates_{};
  mixcon::gradients<T> wanted_{};
  gpu::device_memory workspace_{};
  outcome_on_device result_{};
  gpu::basic_stream<Tier> on_{};
};

/// A loss over N given logits of D classes each, D at least N.
template <class E, class Loss>
class given_call final : public measured_call {
  using T = mixcon::accumulate_t<E>;

 public:
  given_call(const call_sizes& sizes, bool with_gradient, gpu::stream_handle on)
      : loss_(sizes.rows), with_gradient_(with_gradient), logits_(sizes.rows * sizes.width) {
    on_.queue = on;
    logits_.fill(sizes.seed, 8.0F, on);
    matrix_ = gpu::device_matrix(logits_.data(), sizes.rows, sizes.width);
    if (with_gradient) {
      slopes_ = device_numbers<T>(logits_.count());
      wanted_.logits = gpu::device_matrix(slopes_.data(), sizes.rows, sizes.width).on_device;
    }
    workspace_ = gpu::device_memory(
        gpu::workspace_bytes(on_, loss_.criterion(), loss_.targets(), mixcon::given_logits(matrix_)));
    on_.workspace = workspace_.data(), on_.workspace_bytes = workspace_.bytes();
  }
  void enqueue() override {
    const mixcon::given_logits given(matrix_);
    if (with_gradient_) {
      require_enqueued(
          gpu::enqueue_value_and_grad(on_, loss_.criterion(), loss_.targets(), given, wanted_, result_.address()));
    } else {
      gpu::saved kept;
      require_enqueued(gpu::enqueue_forward(on_, loss_.criterion(), loss_.targets(), given, kept, result_.address()));
    }
  }
  void poison() override {
    result_.poison(on_.queue), slopes_.poison(on_.queue);
    poison_bytes(workspace_.data(), workspace_.bytes(), on_.queue);
  }
  double value() override { return result_.value(on_.queue); }
  std::vector<double> gradient() override {
    const std::vector<T> found = slopes_.host(on_.queue);
    return std::vector<double>(found.begin(), found.end());
  }
  std::size_t workspace_bytes() const override { return workspace_.bytes(); }

 private:
  Loss loss_;
  bool with_gradient_;
  device_numbers<E> logits_;
  device_numbers<T> slopes_{};
  gpu::device_tensor<E, 2> matrix_{};
  mixcon::gradients<T> wanted_{};
  gpu::device_memory workspace_{};
  outcome_on_device result_{};
  gpu::stream on_{};
};

template <gpu::tier Tier, class E, class Loss>
call_kind kind_of_rows() {
  constexpr bool tiles = Tier != gpu::tier::pairs;  // tensor cores
  call_kind kind{
      .loss = Loss::name, .tier = std::string(mixcon::enumerator_name(Tier)), .element = name_of_element<E>()};
  kind.work = [](const call_sizes& sizes, bool with_gradient) {
    return work_of_pairs(sizes, with_gradient, Loss::mirrors, Loss::directions, sizeof(E));
  };
  kind.make = [](const call_sizes& sizes, bool with_gradient, gpu::stream_handle on) -> std::unique_ptr<measured_call> {
    return std::make_unique<rows_call<Tier, E, Loss>>(sizes, with_gradient, on);
  };
  kind.value_bound = tiles ? 2e-5 : sizeof(E) == 8 ? 1e-12 : 1e-5;
  kind.gradient_bound = !tiles || sizeof(E) > 2 ? kind.value_bound : std::is_same_v<E, mixcon::half> ? 1e-3 : 4e-3;
  kind.capturable = Loss::capturable;
  return kind;
}
template <class E, class Loss>
call_kind kind_of_given() {
  call_kind kind{.loss = Loss::name, .tier = "pairs", .element = name_of_element<E>()};
  kind.work = [](const call_sizes& sizes, bool with_gradient) {
    return work_of_given(sizes, with_gradient, sizeof(E), sizeof(mixcon::accumulate_t<E>));
  };
  kind.make = [](const call_sizes& sizes, bool with_gradient, gpu::stream_handle on) -> std::unique_ptr<measured_call> {
    return std::make_unique<given_call<E, Loss>>(sizes, with_gradient, on);
  };
  kind.value_bound = kind.gradient_bound = sizeof(E) == 8 ? 1e-12 : 1e-5;
  kind.form = call_form::logits;
  return kind;
}

}  // namespace mixcon_bench
