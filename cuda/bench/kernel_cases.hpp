// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// What is measured and checked on a GPU: kinds of calls (a loss on a tier, over rows of a type), the sizes that they
// run at, and what each must compute and move at least. Both runners and the check of correctness take their cases from
// here.

#include <mixcon/core/config.hpp>
#include <mixcon/gpu/launch.cuh>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mixcon_bench {

using mixcon::index_t;

/// What a call works on, and what its sizes mean.
enum class call_form {
  rows,    // N anchors of width D and as many candidates, or the anchors themselves
  logits,  // given ones of N anchors and D classes, D >= N
  images,  // N of them, D = 3 side^2 numbers each
};

/// See call_form.
struct call_sizes {
  index_t rows = 0, width = 0;
  std::uint32_t seed = 1;
};

/// A call with its rows, gradients and workspace in device memory. What is refused throws.
class measured_call {
 public:
  measured_call() = default;
  measured_call(const measured_call&) = delete;
  measured_call& operator=(const measured_call&) = delete;
  virtual ~measured_call() = default;
  /// Enqueues the call once. Does not wait.
  virtual void enqueue() = 0;
  /// Fills what the call writes with NaN.
  virtual void poison() = 0;
  /// What the last call came to; they wait. The gradient: by anchors, then by candidates where these are other rows;
  /// empty for a forward pass. A call without a value has 0, and its result in the gradient's place.
  virtual double value() = 0;
  virtual std::vector<double> gradient() = 0;
  /// Device memory of the call, but its rows and gradients.
  virtual std::size_t workspace_bytes() const = 0;
};

/// What a call must do at least, whoever computes it.
struct work_count {
  double flops = 0;         // of the products in the definition, each once
  double floor_flops = 0;   // of a fused kernel, which stores no N x M array and so computes some products again
  double exponentials = 0;  // of such a kernel
  double bytes = 0;         // each input read once, each output written once
};

/// A loss on a tier, over rows of a type.
struct call_kind {
  std::string loss, tier, element;
  work_count (*work)(const call_sizes& sizes, bool with_gradient) = nullptr;
  std::unique_ptr<measured_call> (*make)(const call_sizes& sizes, bool with_gradient,
                                         mixcon::gpu::stream_handle on) = nullptr;
  double value_bound = 0, gradient_bound = 0;  // of the relative error against `double` rows on `pairs`
  call_form form = call_form::rows;
  bool has_gradient = true;
  bool capturable = true;  // a CUDA graph can hold it: it refers to no array of the host

  std::string name() const { return loss + "/" + tier + "/" + element; }
};

/// Every kind, a loss after the other; for each loss one is on `pairs` over `double`, by which the others are checked.
/// A new group of kernels is a source of its own and one line in all_kinds.cu.
std::vector<call_kind> all_kinds();

/// N = M = rows of width D, in one direction or both (the loss of rows and that of columns are of the same products);
/// `mirrors`: anchors are the candidates.
inline work_count work_of_pairs(const call_sizes& sizes, bool with_gradient, bool mirrors, int directions,
                                double element_bytes) {
  const auto n = static_cast<double>(sizes.rows), d = static_cast<double>(sizes.width), product = 2 * n * n * d;
  const double sides = mirrors ? 1 : 2, backward = mirrors ? 2 : 3;
  work_count least;
  least.flops = with_gradient ? 3 * product : product;
  least.floor_flops = with_gradient ? (1 + backward) * product : product;
  least.exponentials = n * n * directions * (with_gradient ? 3 - (mirrors ? 0 : 1) : 1);
  least.bytes = sides * n * d * (element_bytes + (with_gradient ? 4 : 0));
  return least;
}

/// N rows of D given logits: read for the value, read again and written with a gradient.
inline work_count work_of_given(const call_sizes& sizes, bool with_gradient, double element_bytes,
                                double gradient_bytes) {
  const double entries = static_cast<double>(sizes.rows) * static_cast<double>(sizes.width);
  return {0, 0, entries * (with_gradient ? 2 : 1),
          entries * (with_gradient ? 2 * element_bytes + gradient_bytes : element_bytes)};
}

}  // namespace mixcon_bench
