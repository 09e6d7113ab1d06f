// SPDX-License-Identifier: BSD-3-Clause
#pragma once

// Launches on one stream, the first failure of which is kept; and the launches of a direction's forward pass.

#include <mixcon/gpu/layout.cuh>

namespace mixcon::gpu {

/// Enqueues kernels, none after one that failed. Nothing here waits, allocates or throws.
class launches {
 public:
  explicit launches(stream_handle on) : on_(on) {}

  /// A warp, a thread or a block for each of `count`; or one block.
  template <auto Kernel, class... Argument>
  void a_warp_each(index_t count, const Argument&... arguments) {
    launch_blocks<Kernel>(blocks_of(count, rows_of_block), threads_of_block, 0, arguments...);
  }
  template <auto Kernel, class... Argument>
  void a_thread_each(index_t count, const Argument&... arguments) {
    launch_blocks<Kernel>(blocks_of(count, threads_of_block), threads_of_block, 0, arguments...);
  }
  template <auto Kernel, class... Argument>
  void a_block_each(index_t count, std::size_t shared, const Argument&... arguments) {
    launch_blocks<Kernel>(static_cast<unsigned>(count), threads_of_block, shared, arguments...);
  }
  /// `Sum` is what the threads merge.
  template <auto Kernel, class Sum, class... Argument>
  void one_block(const Argument&... arguments) {
    launch_blocks<Kernel>(1, summing_threads, summing_threads / warp_size * sizeof(Sum), arguments...);
  }
  template <auto Kernel, class... Argument>
  void one_warp(const Argument&... arguments) {
    launch_blocks<Kernel>(1, warp_size, 0, arguments...);
  }
  /// Blocks of so many threads, with so many bytes of shared memory each.
  template <auto Kernel, class... Argument>
  void blocks(unsigned number, index_t threads, std::size_t shared, const Argument&... arguments) {
    launch_blocks<Kernel>(number, threads, shared, arguments...);
  }
  void fill(void* device, std::size_t bytes) {
    if (found_.ok() && bytes > 0) found_ = fill_bytes(device, 0, bytes, on_);
  }
  void keep(const status& of) {
    if (found_.ok()) found_ = of;
  }
  const status& found() const { return found_; }
  stream_handle on() const { return on_; }

 private:
  static constexpr index_t summing_threads = 256;
  template <auto Kernel, class... Argument>
  void launch_blocks(unsigned blocks, index_t threads, std::size_t shared, const Argument&... arguments) {
    if (found_.ok() && blocks > 0)
      found_ = launch<Kernel>(dim3(blocks), dim3(static_cast<unsigned>(threads)), shared, on_, arguments...);
  }

  stream_handle on_;
  status found_{};
};

/// The forward pass of one direction, after the rows' statistics are gathered: to what backward needs, and the
/// direction's outcome. `share` is the direction's weight.
template <class Problem>
void finish_sweep(launches& to, const Problem& p, const row_work<Problem>& work, const device_saved<Problem>& saved,
                  double share) {
  using T = typename Problem::T;
  using Loss = typename Problem::Loss;
  const index_t rows = p.anchors.count;
  to.a_thread_each<&read_rows<Problem>>(rows, p, work, saved);
  if constexpr (Problem::scope == each::batch) to.one_warp<&merge_rows<Problem>>(p, work, saved);
  if constexpr (Problem::scope == each::positive) to.a_warp_each<&evaluate_positives<Problem>>(rows, p, work, saved);
  if constexpr (Problem::scope == each::triplet)
    to.a_block_each<&evaluate_triplets<Problem>>(rows, triplet_memory<T>::bytes(p.pairs()), p, work, saved);
  to.one_block<&sum_rows<Loss, T>, row_sums<T, Problem::terms>>(rows, p.policy, share, work.flags, work.sees,
                                                                work.value, work.divisor, work.factor, work.outcome);
  if constexpr (Problem::scope == each::anchor || Problem::scope == each::batch)
    to.a_thread_each<&differentiate_rows<Problem>>(rows, p, work, saved);
  else
    to.a_thread_each<&share_rows<Problem>>(rows, p, work, saved);
  if constexpr (Problem::scope == each::positive)
    to.a_warp_each<&differentiate_positives<Problem>>(rows, p, work, saved);
  const index_t summed = Problem::scope == each::triplet ? 0 : rows;  // triplets say it in backward
  to.one_block<&sum_numbers<T>, double>(summed, work.by_scale, 1.0, saved.scale_adjoint, false);
}
/// Where a direction's backward pass adds. Null or empty: not wanted.
template <class T>
struct sweep_outputs {
  T *by_anchors = nullptr, *by_candidates = nullptr, *by_own = nullptr;  // by packed rows
  vector_view<T> candidate_bias{};
  matrix_view<T> logits{}, pair_scale{}, pair_bias{}, targets{};
  double *by_scale = nullptr, *by_bias = nullptr;  // (N), set
  double* sums = nullptr;                          // by scale and by bias
  // which passes over the pairs may be one:
  bool at_once = false;  // anchors are the candidates, and their gradients may both be added to by_anchors
  bool joined = false;   // both directions add to both sides: each may add the weights of both to by_anchors
};

/// What weighs pairs for these outputs, still without a chunk.
template <class Problem>
weighed_pairs<Problem> weighed_pairs_of(double upstream, const sweep_outputs<typename Problem::T>& out) {
  weighed_pairs<Problem> pairs;
  pairs.upstream = upstream;
  pairs.logits = out.logits, pairs.pair_scale = out.pair_scale, pairs.pair_bias = out.pair_bias;
  pairs.targets = out.targets, pairs.by_scale = out.by_scale, pairs.by_bias = out.by_bias;
  return pairs;
}

/// The end of a direction's backward pass: sums of what each row's pairs come to.
template <class Problem>
void finish_unsweep(launches& to, const Problem& p, const device_saved<Problem>& saved, double upstream,
                    const sweep_outputs<typename Problem::T>& out) {
  const index_t rows = p.anchors.count;
  to.one_block<&sum_numbers<double>, double>(rows, out.by_scale, 1.0, out.sums, true);
  to.one_block<&sum_numbers<double>, double>(rows, out.by_bias, 1.0, out.sums + 1, true);
  if constexpr (Problem::scope != each::triplet)
    to.one_block<&sum_numbers<double>, double>(index_t{1}, saved.scale_adjoint, upstream, out.sums, true);
}
/// The backward pass of one direction: chunk by chunk of anchors, weighs their pairs and pulls the gradients.
template <class Problem>
void unsweep(launches& to, const Problem& p, const device_saved<Problem>& saved, double upstream, index_t chunk,
             weight_of<Problem>* weight, typename Problem::T* by_logit, const sweep_outputs<typename Problem::T>& out) {
  using T = typename Problem::T;
  using W = weight_of<Problem>;
  const index_t rows = p.anchors.count;
  auto pairs = weighed_pairs_of<Problem>(upstream, out);
  pairs.weight = out.by_anchors != nullptr || out.by_candidates != nullptr || out.by_own != nullptr ? weight : nullptr;
  pairs.by_logit = out.candidate_bias ? by_logit : nullptr;
  for (index_t first = 0; first < rows; first += chunk) {
    pairs.first = first, pairs.number = chunk < rows - first ? chunk : rows - first;
    if constexpr (Problem::scope == each::triplet)
      to.a_block_each<&weigh_triplets<Problem>>(pairs.number, triplet_memory<T>::bytes(p.pairs()), p, saved, pairs);
    else
      to.a_warp_each<&weigh_rows<Problem>>(pairs.number, p, saved, pairs);
    if constexpr (!Problem::is_given) {
      const chunk_of_pairs<T, W> of{p.anchors, p.candidates, p.own, p.own_count, first, pairs.number, weight};
      if (out.by_anchors != nullptr) to.a_warp_each<&pull_anchors<T, W>>(pairs.number, of, of.pairs(), out.by_anchors);
      if (out.by_candidates != nullptr)
        to.a_warp_each<&pull_candidates<T, W>>(p.candidates.count, of, out.by_candidates);
      if (out.by_own != nullptr) to.a_warp_each<&pull_own<T, W>>(pairs.number * p.own_count, of, out.by_own);
    }
    if (out.candidate_bias)
      to.a_thread_each<&pull_candidate_bias<T>>(p.candidates.count, static_cast<const T*>(by_logit), pairs.number,
                                                p.own_count, out.candidate_bias);
  }
  finish_unsweep(to, p, saved, upstream, out);
}

}  // namespace mixcon::gpu
