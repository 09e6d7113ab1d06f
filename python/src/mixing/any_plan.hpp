// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// A plan of a kind that is known at run time only, and what is done with it.

#include <mixcon/core/tensor_view.hpp>
#include <mixcon/mix/kinds/filled_boxes.hpp>
#include <mixcon/mix/kinds/interpolated.hpp>
#include <mixcon/mix/kinds/masked.hpp>
#include <mixcon/mix/kinds/multi_lerp.hpp>
#include <mixcon/mix/kinds/multi_mask.hpp>
#include <mixcon/mix/kinds/pasted_boxes.hpp>
#include <mixcon/mix/kinds/pasted_intervals.hpp>
#include <mixcon/mix/kinds/resized_boxes.hpp>
#include <mixcon/mix/kinds/slerp.hpp>
#include <mixcon/mix/kinds/switched.hpp>
#include <mixcon/mix/kinds/transported_blocks.hpp>
#include <mixcon/mix/kinds/transported_tokens.hpp>
#include <mixcon/mix/plan.hpp>

#include <variant>

namespace mixcon_python {

using namespace mixcon;

using any_plan =
    std::variant<mix_plan<interpolated>, mix_plan<pasted_boxes>, mix_plan<pasted_intervals>, mix_plan<masked>,
                 mix_plan<filled_boxes>, mix_plan<resized_boxes>, mix_plan<switched>, mix_plan<multi_lerp>,
                 mix_plan<multi_mask>, mix_plan<transported_blocks>, mix_plan<transported_tokens>, mix_plan<slerp>>;

/// The types of elements that are mixed.
enum class mixed_element { float32, float64, bfloat16, float16, uint8, int8, int16 };

/// A batch of Python: an address, a type, up to four axes.
struct any_batch {
  void* data = nullptr;
  mixed_element of = mixed_element::float32;
  int rank = 0;
  index_t shape[4]{}, strides[4]{};
};

template <class E, int Rank>
tensor_view<E, Rank> view_of(const any_batch& batch) {
  axes<Rank> extents, strides;
  for (int axis = 0; axis < Rank; ++axis) extents[axis] = batch.shape[axis], strides[axis] = batch.strides[axis];
  return {static_cast<E*>(batch.data), extents, strides};
}

/// The batches of a call, of one type and rank: `mixed` made of samples and partners; or the gradients by samples and
/// partners, added to, of an upstream gradient. `partners` without an address: samples of the same batch.
struct mixing_call {
  any_batch samples, partners, mixed;
  int threads = 0;  ///< 0: the shared pool
  bool has_partners() const { return partners.data != nullptr; }
};
struct unmixing_call {
  any_batch upstream, to_samples, to_partners;
  any_batch samples, partners;  ///< read by slerp alone
  int threads = 0;
  bool has_partners() const { return to_partners.data != nullptr; }
};

/// Of one kind of plan each; defined in a file a kind.
template <class Region>
void mix(const mix_plan<Region>& plan, const mixing_call& call);
template <class Region>
void unmix(const mix_plan<Region>& plan, const unmixing_call& call);

}  // namespace mixcon_python
