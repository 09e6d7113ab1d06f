// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// `gpu::stream`: the executor whose rows lie in device memory; public calls on it are unchanged.

#include <mixcon/gpu/device_tensor.hpp>
#include <mixcon/gpu/evaluation.cuh>

#include <mixcon/engine/value_and_grad.hpp>

namespace mixcon::gpu {

/// Runs public calls on one GPU, on rows in its memory: kernels on the stream, in a workspace that the caller owns. A
/// call waits once, for its outcome; a backward call only where a gradient by temperature, scale or bias goes to the
/// host. Results have the same bits every time. Rows are float, double, bfloat16 or half; losses of aligned rows stay
/// on the host. The tier is a template argument, so that calls which want no tensor cores do not compile their kernels.
template <tier Tier>
struct basic_stream {
  stream_handle queue{};                       // a cudaStream_t
  void* workspace = nullptr;                   // of the device, at a multiple of 256 bytes: what gpu::allocate returns
  std::size_t workspace_bytes = 0;             // as many as gpu::workspace_bytes says
  index_t entries_at_once = index_t{1} << 22;  // pairs whose weights backward keeps at once; memory for speed
  matrix_products* products = nullptr;         // of chunk_stream and tile_chunk_stream: an open cublas_products

  static constexpr bool brings_evaluation = true;

  template <class Objective, class Targets, class Anchors, class Against>
  auto evaluate(const char* function, mixcon::workspace* memory, const Objective& objective, const Targets& targets,
                const Anchors& anchors, const Against& candidates) const {
    return evaluate_at(place(), function, memory, objective, targets, anchors, candidates);
  }
  template <class Objective, class Targets, class E>
  auto evaluate(const char* function, mixcon::workspace* memory, const Objective& objective, const Targets& targets,
                const given_logits<E>& logits) const {
    return evaluate_at(place(), function, memory, objective, targets, logits);
  }

  /// What mixcon::blend and mixcon::unblend call: mixcon/gpu/mixing/blend.cuh, which must be included for them.
  template <class Plan, class Input, class Output>
  void blend(const Plan& plan, const Input& samples, const Input& partners, const Output& mixed) const {
    blend_on_device(place(), plan, samples, partners, mixed);
  }
  template <class Plan, class Input, class Output, class Part>
  void unblend(const Plan& plan, const Input& upstream, const Output& gradient, Part part) const {
    unblend_on_device(place(), plan, upstream, gradient, part);
  }
  /// What mixcon::top_k calls: mixcon/gpu/negatives/top_k.cuh.
  static constexpr bool brings_search = true;
  template <class Choose, class Similarity, class Anchors, class Keys>
  auto find_top_k(const Choose& choose, const Similarity& similarity, const Anchors& anchors, const Keys& keys) const {
    return top_k_on_device(*this, choose, similarity, anchors, keys);
  }

  /// The same as `evaluate` for enqueue_*, which say so in `at`.
  template <class Objective, class Targets, class Anchors, class Against>
  static auto evaluate_at(const call_place& at, const char* function, mixcon::workspace* memory,
                          const Objective& objective, const Targets& targets, const Anchors& anchors,
                          const Against& candidates) {
    static_assert(
        mixcon::detail::is_on_device<Anchors> && (mixcon::detail::is_on_device<Against> || !Viewable<const Against, 2>),
        "mixcon: gpu::stream works on rows in device memory; pass gpu::device_matrix(pointer, rows, columns), "
        "or rows of the host to serial{}, tiled{} or gpu::staged");
    using E = element_t<const Anchors>;
    using call = mixcon::detail::arguments<E>;
    return evaluation<Objective, Targets, call, Tier>(
        at, objective, targets,
        call{function, matrix_view<const E>(mixcon::detail::ask_traits<2>(anchors)),
             mixcon::detail::as_segments(candidates)},
        memory);
  }
  template <class Objective, class Targets, class E>
  static auto evaluate_at(const call_place& at, const char* function, mixcon::workspace* memory,
                          const Objective& objective, const Targets& targets, const given_logits<E>& logits) {
    using call = mixcon::detail::logits_arguments<E>;
    return evaluation<Objective, Targets, call, Tier>(at, objective, targets, call{function, logits.values}, memory);
  }
  call_place place(bool is_enqueued = false) const {
    return {queue, workspace, workspace_bytes, entries_at_once, is_enqueued, products};
  }
};

/// Calls by plain threads. What to use until tiles have run on a GPU.
using stream = basic_stream<tier::pairs>;
/// Calls by tensor cores where their types and sizes fit: rows of at most 256 float, half or bfloat16, the cosine or
/// the dot product, own candidates in `moments` only, a loss of each anchor or of the batch. Products are of bfloat16,
/// of half, or for float of both halves of a split; other calls, and gradients with an entry a pair or a candidate,
/// take `pairs`.
using tile_stream = basic_stream<tier::moments>;
/// Calls by matrix products of `entries_at_once` similarities at a time, which are stored in the workspace, summed up
/// by the library's own statistics, turned into weights in place and multiplied again: for rows of any width, every
/// gradient, own candidates and every targets, in float and double, where the similarity is the cosine or the dot
/// product and the loss is not of triplets; other calls take `pairs`. Give it `products`, and an `entries_at_once` of
/// hundreds of anchors.
using chunk_stream = basic_stream<tier::chunks>;
/// Tensor cores where they fit, otherwise chunks.
using tile_chunk_stream = basic_stream<tier::moments_and_chunks>;

/// How many bytes of workspace a call takes, forward and backward: `workspace_bytes(on, objective, targets, anchors,
/// candidates)`, or with given logits in the place of both.
template <tier Tier, class Objective, class Targets, class... Rows>
std::size_t workspace_bytes(const basic_stream<Tier>& on, const Objective& objective, const Targets& targets,
                            const Rows&... rows) {
  return on.evaluate("gpu::workspace_bytes", nullptr, objective, targets, rows...).workspace_bytes();
}
/// How many bytes of a gpu::saved.
template <tier Tier, class Objective, class Targets, class... Rows>
std::size_t saved_bytes(const basic_stream<Tier>& on, const Objective& objective, const Targets& targets,
                        const Rows&... rows) {
  return on.evaluate("gpu::saved_bytes", nullptr, objective, targets, rows...).saved_bytes();
}

}  // namespace mixcon::gpu
