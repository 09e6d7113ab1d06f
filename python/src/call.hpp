// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A call of a loss whose types are known at run time only: arrays, parameters, what is wanted, and the answer.

#include "over_ranks.hpp"

#include <mixcon/core/storage.hpp>
#include <mixcon/core/thread_pool.hpp>
#include <mixcon/engine/value_and_grad.hpp>

#include <array>
#include <string>
#include <vector>

namespace mixcon_python {

/// What rows are stored as.
enum class element { float32, float64, bfloat16, float16 };

/// An array of the caller's: rank 1 to 3, strides in elements. Without data: none.
struct any_array {
  void* data = nullptr;
  element of = element::float32;
  int rank = 0;
  std::array<index_t, 3> shape{}, strides{};

  explicit operator bool() const { return rank != 0; }
};

template <class E, int Rank>
tensor_view<E, Rank> view_of(const any_array& array) {
  axes<Rank> shape, strides;
  for (int axis = 0; axis < Rank; ++axis) {
    shape[axis] = array.shape[static_cast<std::size_t>(axis)];
    strides[axis] = array.strides[static_cast<std::size_t>(axis)];
  }
  return {static_cast<E*>(array.data), shape, strides};
}

/// The value of a field of a loss.
struct any_field {
  double number = 0;                    // also of booleans and enumerators
  vector_view<const double> numbers{};  // kappa, lambda
  integer_view integers{};              // partner
};

enum class likeness { dot_product, negative_distance, negative_squared_distance };

/// A loss's parameters, in the order of its fields, and those of its objective.
struct any_settings {
  std::vector<any_field> fields{};
  likeness similarity = likeness::dot_product;
  rows anchor_rows = rows::unit, candidate_rows = rows::unit;
  double scale = 1, bias = 0;
  reduction reduce = reduction::mean;
  vector_view<const double> weights{};
  no_positive without_positive = no_positive::zero;
  directions direction{};
  bool check_finite = false;
};

/// A call. Which of `arrays` are what, the loss's shape says: anchors and segments of candidates (no segment: the
/// anchors themselves), two matrices, or logits.
struct request {
  const any_settings* settings = nullptr;
  const any_targets* targets = nullptr;
  std::vector<any_array> arrays{}, gradients{};  // a gradient each; without data: not wanted
  int own_segment = -1;                          // which of the segments, from 0, each anchor has for itself
  std::vector<rows> forms{};                     // of the segments, instead of what the similarity says; or empty
  any_array by_targets{};
  bool wants_parameters = false, stop_gradient = false;  // `wants_parameters`: gradients by temperature and scale
  bool wants_bias = false;      // that by the bias, for which the engine's sweep is the general one
  int threads = 0;              // 0: the shared pool
  thread_pool* pool = nullptr;  // of so many threads, where there are more than one
  // Over processes:
  const transport* ranks = nullptr;  // null: this process is alone
  bool gathers_all = false;          // keeps the candidates of all, instead of a ring
  bool others_want = false;          // some process wants gradients
};

/// Anything but the value is wanted, here or in another process.
inline bool wants_gradients(const request& call) {
  bool any = call.wants_parameters || call.wants_bias || call.others_want || static_cast<bool>(call.by_targets);
  for (const any_array& gradient : call.gradients) any = any || static_cast<bool>(gradient);
  return any;
}

/// What a call answers. Gradients by parameters are 0 where they were not asked for, or the loss has none.
struct answer {
  double value = 0;
  index_t anchors_used = 0;
  double by_temperature = 0, by_scale = 0, by_bias = 0;
};

/// A pool of so many threads, which stays; null for 0 (the shared one) and 1 (none).
thread_pool* pool_of(int threads);

using runner = answer (*)(const request&);

/// The call with its two-byte rows as float, in `copies`.
request widened(const request& call, std::vector<std::vector<float>>& copies);

/// Calls f.operator()<E>(call) with the type that rows are stored as. Arrays must be of one type.
template <class F>
answer for_element(const request& call, F&& f) {
  for (const any_array& array : call.arrays)
    MIXCON_REQUIRE(array.of == call.arrays[0].of,
                   "the arrays of one call are of different types; expected one type for all");
  if (call.arrays[0].of == element::float64) return f.template operator()<double>(call);
  if (call.arrays[0].of == element::float32) return f.template operator()<float>(call);
  if (call.arrays[0].of == element::bfloat16) return f.template operator()<bfloat16>(call);
  return f.template operator()<half>(call);
}

}  // namespace mixcon_python
